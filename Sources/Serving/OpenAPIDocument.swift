// swift-format-ignore-file
// Written by `make openapi` from Docs/openapi.json.

/// The description of the API, as it stands in Docs/openapi.json.
enum OpenAPIDocument {
  static let text = #"""
    {
      "openapi": "3.1.0",
      "info": {
        "title": "Kvota",
        "version": "0.1.0",
        "description": "An OpenAI-compatible inference server in which every request has a KV-cache budget. Fields that are not listed are ignored and named in the response header x-kvota-ignored; those that are known but not built are refused with 400. In request bodies null counts as absent.",
        "license": {"name": "See LICENSE"}
      },
      "paths": {
        "/v1/completions": {
          "post": {
            "operationId": "createCompletion",
            "summary": "Continue prompts",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              },
              {
                "name": "x-kvota-kv",
                "in": "header",
                "description": "The cache, as in `roco; budget=512; pins=system`; the body beats it.",
                "schema": {"type": "string"}
              }
            ],
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CompletionRequest"}}}
            },
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {
                  "x-request-id": {"$ref": "#/components/headers/x-request-id"},
                  "x-kvota-ignored": {"$ref": "#/components/headers/x-kvota-ignored"}
                },
                "content": {
                  "application/json": {"schema": {"$ref": "#/components/schemas/Completion"}},
                  "text/event-stream": {
                    "schema": {
                      "type": "string",
                      "description": "With stream: true. Events `data: CompletionChunk as JSON`, comments `: ping`, at last `data: [DONE]`; an error after the first event is `data: Error` and the end."
                    }
                  }
                }
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "409": {"$ref": "#/components/responses/Conflict"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "415": {"$ref": "#/components/responses/UnsupportedMediaType"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "429": {"$ref": "#/components/responses/TooManyRequests"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "500": {"$ref": "#/components/responses/ServerError"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/v1/chat/completions": {
          "post": {
            "operationId": "createChatCompletion",
            "summary": "Answer a conversation",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              },
              {
                "name": "x-kvota-kv",
                "in": "header",
                "description": "The cache, as in `roco; budget=512; pins=system`; the body beats it.",
                "schema": {"type": "string"}
              }
            ],
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ChatCompletionRequest"}}}
            },
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {
                  "x-request-id": {"$ref": "#/components/headers/x-request-id"},
                  "x-kvota-ignored": {"$ref": "#/components/headers/x-kvota-ignored"}
                },
                "content": {
                  "application/json": {"schema": {"$ref": "#/components/schemas/ChatCompletion"}},
                  "text/event-stream": {
                    "schema": {
                      "type": "string",
                      "description": "With stream: true. Events `data: ChatCompletionChunk as JSON`, comments `: ping`, at last `data: [DONE]`; an error after the first event is `data: Error` and the end."
                    }
                  }
                }
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "409": {"$ref": "#/components/responses/Conflict"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "415": {"$ref": "#/components/responses/UnsupportedMediaType"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "429": {"$ref": "#/components/responses/TooManyRequests"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "500": {"$ref": "#/components/responses/ServerError"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/v1/models": {
          "get": {
            "operationId": "listModels",
            "summary": "The model under its alias, and under a budget for each policy",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ModelList"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/v1/models/{id}": {
          "get": {
            "operationId": "getModel",
            "summary": "One name that requests may use",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              },
              {
                "name": "id",
                "in": "path",
                "required": true,
                "description": "A listed name, or any other ALIAS@POLICY-BUDGET.",
                "schema": {"type": "string", "minLength": 1}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Model"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/v1/kv/sessions": {
          "get": {
            "operationId": "listSessions",
            "summary": "Saved sessions",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SessionList"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/v1/kv/sessions/{name}": {
          "get": {
            "operationId": "getSession",
            "summary": "One saved session",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              },
              {
                "name": "name",
                "in": "path",
                "required": true,
                "description": "The session's name.",
                "schema": {"type": "string", "minLength": 1}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Session"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          },
          "delete": {
            "operationId": "deleteSession",
            "summary": "Remove a session for good",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              },
              {
                "name": "name",
                "in": "path",
                "required": true,
                "description": "The session's name.",
                "schema": {"type": "string", "minLength": 1}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SessionDeletion"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "409": {"$ref": "#/components/responses/Conflict"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "500": {"$ref": "#/components/responses/ServerError"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/tokenize": {
          "post": {
            "operationId": "tokenize",
            "summary": "The tokens of a text or a conversation",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TokenizeRequest"}}}
            },
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {
                  "x-request-id": {"$ref": "#/components/headers/x-request-id"},
                  "x-kvota-ignored": {"$ref": "#/components/headers/x-kvota-ignored"}
                },
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tokens"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "415": {"$ref": "#/components/responses/UnsupportedMediaType"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/detokenize": {
          "post": {
            "operationId": "detokenize",
            "summary": "The text of tokens",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/DetokenizeRequest"}}}
            },
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {
                  "x-request-id": {"$ref": "#/components/headers/x-request-id"},
                  "x-kvota-ignored": {"$ref": "#/components/headers/x-kvota-ignored"}
                },
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Text"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "415": {"$ref": "#/components/responses/UnsupportedMediaType"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/apply-template": {
          "post": {
            "operationId": "applyTemplate",
            "summary": "A conversation as the model's template writes it",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ApplyTemplateRequest"}}}
            },
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {
                  "x-request-id": {"$ref": "#/components/headers/x-request-id"},
                  "x-kvota-ignored": {"$ref": "#/components/headers/x-kvota-ignored"}
                },
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Prompt"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "415": {"$ref": "#/components/responses/UnsupportedMediaType"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/tokenizer_info": {
          "get": {
            "operationId": "getTokenizerInfo",
            "summary": "The tokenizer, in vLLM's words",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TokenizerInfo"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/props": {
          "get": {
            "operationId": "getProps",
            "summary": "The server, in llama-server's words",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Props"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/slots": {
          "get": {
            "operationId": "getSlots",
            "summary": "Places for sequences, in llama-server's words",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Slots"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/health": {
          "get": {
            "operationId": "getHealth",
            "summary": "Whether requests are served",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            },
            "security": [{}]
          }
        },
        "/readyz": {
          "get": {
            "operationId": "getReadiness",
            "summary": "Whether requests are served",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            },
            "security": [{}]
          }
        },
        "/livez": {
          "get": {
            "operationId": "getLiveness",
            "summary": "Whether the process answers",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            },
            "security": [{}]
          }
        },
        "/metrics": {
          "get": {
            "operationId": "getMetrics",
            "summary": "Counters for Prometheus",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"text/plain": {"schema": {"type": "string"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/version": {
          "get": {
            "operationId": "getVersion",
            "summary": "Which Kvota this is",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Version"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/openapi.json": {
          "get": {
            "operationId": "getDescription",
            "summary": "This document",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"type": "object"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/": {
          "get": {
            "operationId": "getPage",
            "summary": "The page: a playground, and a live view of caches",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"text/html": {"schema": {"type": "string"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "304": {"description": "As before, by if-none-match."},
              "401": {"$ref": "#/components/responses/Unauthorized"}
            },
            "security": [{}, {"apiKey": []}, {"password": []}]
          }
        },
        "/page/{file}": {
          "get": {
            "operationId": "getPageFile",
            "summary": "A file of the page",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              },
              {
                "name": "file",
                "in": "path",
                "required": true,
                "description": "The file's name.",
                "schema": {"type": "string", "minLength": 1}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"*/*": {"schema": {"type": "string"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "304": {"description": "As before, by if-none-match."},
              "401": {"$ref": "#/components/responses/Unauthorized"}
            },
            "security": [{}, {"apiKey": []}, {"password": []}]
          }
        },
        "/v1/kv/policies": {
          "get": {
            "operationId": "listPolicies",
            "summary": "Policies, allocators and options of caches",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"application/json": {"schema": {"type": "object"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        },
        "/v1/kv/{request}/events": {
          "get": {
            "operationId": "watchCache",
            "summary": "A running request's cache, as events",
            "parameters": [
              {
                "name": "x-request-id",
                "in": "header",
                "description": "The request's name in logs and in the answer, if it is 1 to 128 letters, digits, '.', '_' and '-'.",
                "schema": {"type": "string"}
              },
              {
                "name": "request",
                "in": "path",
                "required": true,
                "description": "The request's x-request-id.",
                "schema": {"type": "string", "minLength": 1}
              }
            ],
            "responses": {
              "200": {
                "description": "As asked.",
                "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
                "content": {"text/event-stream": {"schema": {"type": "string"}}}
              },
              "400": {"$ref": "#/components/responses/BadRequest"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "405": {"$ref": "#/components/responses/MethodNotAllowed"},
              "408": {"$ref": "#/components/responses/RequestTimeout"},
              "413": {"$ref": "#/components/responses/ContentTooLarge"},
              "414": {"$ref": "#/components/responses/URITooLong"},
              "417": {"$ref": "#/components/responses/ExpectationFailed"},
              "431": {"$ref": "#/components/responses/HeadersTooLarge"},
              "503": {"$ref": "#/components/responses/Unavailable"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"}
            }
          }
        }
      },
      "components": {
        "schemas": {
          "CompletionRequest": {
            "type": "object",
            "properties": {
              "model": {
                "type": ["string", "null"],
                "description": "The alias, or ALIAS@POLICY-BUDGET with further options, such as ALIAS@roco-512;pins=system; the one model if left out."
              },
              "prompt": {
                "description": "What to continue.",
                "anyOf": [
                  {"type": "string"},
                  {"type": "array", "items": {"type": "string"}, "minItems": 1},
                  {
                    "type": "array",
                    "items": {"type": "integer", "minimum": 0, "maximum": 2147483647},
                    "minItems": 1
                  },
                  {
                    "type": "array",
                    "items": {
                      "type": "array",
                      "items": {"type": "integer", "minimum": 0, "maximum": 2147483647},
                      "minItems": 1
                    },
                    "minItems": 1
                  }
                ]
              },
              "max_tokens": {
                "type": ["integer", "null"],
                "description": "Most tokens to generate.",
                "minimum": 0,
                "maximum": 2147483647,
                "default": 16
              },
              "max_completion_tokens": {
                "type": ["integer", "null"],
                "description": "The same parameter under its newer name.",
                "minimum": 0,
                "maximum": 2147483647
              },
              "min_tokens": {
                "type": ["integer", "null"],
                "description": "Tokens before a stop token or stop text counts; at most max_tokens.",
                "minimum": 0,
                "maximum": 2147483647,
                "default": 0
              },
              "n": {
                "type": ["integer", "null"],
                "description": "Choices for each prompt.",
                "minimum": 1,
                "maximum": 128,
                "default": 1
              },
              "best_of": {
                "type": ["integer", "null"],
                "description": "Nothing but 1 is built.",
                "minimum": 1,
                "maximum": 1
              },
              "stream": {
                "type": ["boolean", "null"],
                "description": "Whether the answer comes as server-sent events.",
                "default": false
              },
              "stream_options": {
                "description": "Only with stream.",
                "anyOf": [
                  {"type": "null"},
                  {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "include_usage": {
                        "type": ["boolean", "null"],
                        "description": "Whether the last event has the usage."
                      },
                      "include_obfuscation": {"type": ["boolean", "null"], "enum": [false, null]},
                      "continuous_usage_stats": {"type": ["boolean", "null"], "enum": [false, null]}
                    }
                  }
                ]
              },
              "stop": {
                "description": "Texts that end the answer and are not part of it, of up to 1024 bytes each.",
                "anyOf": [
                  {"type": "null"},
                  {"type": "string", "minLength": 1, "maxLength": 1024},
                  {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 1024}, "maxItems": 4}
                ]
              },
              "stop_token_ids": {
                "type": ["array", "null"],
                "description": "Tokens that end the answer and are not part of it.",
                "items": {"type": "integer", "minimum": 0, "maximum": 2147483647},
                "maxItems": 64
              },
              "ignore_eos": {
                "type": ["boolean", "null"],
                "description": "Whether to go on after the end token.",
                "default": false
              },
              "seed": {
                "type": ["integer", "null"],
                "description": "The same seed gives the same text.",
                "minimum": -9223372036854775808,
                "maximum": 9223372036854775807
              },
              "temperature": {
                "type": ["number", "null"],
                "description": "0 takes the likeliest token always.",
                "minimum": 0,
                "maximum": 2,
                "default": 1
              },
              "top_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "default": 1},
              "top_k": {
                "type": ["integer", "null"],
                "description": "0 and -1 keep all.",
                "minimum": -1,
                "maximum": 2147483647,
                "default": 0
              },
              "min_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "default": 0},
              "typical_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "default": 1},
              "response_format": {
                "oneOf": [
                  {
                    "type": "object",
                    "properties": {"type": {"const": "text"}},
                    "required": ["type"],
                    "additionalProperties": false
                  },
                  {
                    "type": "object",
                    "properties": {"type": {"const": "json_object"}, "schema": {"$ref": "#/components/schemas/TextSchema"}},
                    "required": ["type"],
                    "additionalProperties": false
                  },
                  {
                    "type": "object",
                    "properties": {
                      "type": {"const": "json_schema"},
                      "json_schema": {
                        "type": "object",
                        "properties": {
                          "name": {"type": ["string", "null"]},
                          "description": {"type": ["string", "null"]},
                          "schema": {"$ref": "#/components/schemas/TextSchema"},
                          "strict": {"type": ["boolean", "null"]}
                        },
                        "required": ["schema"],
                        "additionalProperties": false
                      }
                    },
                    "required": ["type", "json_schema"],
                    "additionalProperties": false
                  },
                  {"type": "null"}
                ],
                "description": "What the text has to be."
              },
              "grammar": {"type": ["string", "null"], "description": "What the text has to be, in GBNF."},
              "json_schema": {"oneOf": [{"$ref": "#/components/schemas/TextSchema"}, {"type": "null"}]},
              "guided_json": {"type": ["object", "boolean", "string", "null"], "description": "A JSON Schema, or its text."},
              "guided_regex": {"type": ["string", "null"]},
              "guided_choice": {"type": ["array", "null"], "minItems": 1, "items": {"type": "string"}},
              "guided_grammar": {"type": ["string", "null"], "description": "In GBNF."},
              "structured_outputs": {
                "type": ["object", "null"],
                "description": "vLLM's way to say what the text has to be, in one of these.",
                "properties": {
                  "json": {"type": ["object", "boolean", "string", "null"]},
                  "json_object": {"type": ["boolean", "null"]},
                  "regex": {"type": ["string", "null"]},
                  "choice": {"type": ["array", "null"], "minItems": 1, "items": {"type": "string"}},
                  "grammar": {"type": ["string", "null"]}
                },
                "additionalProperties": false
              },
              "logit_bias": {
                "type": ["object", "null"],
                "description": "Numbers to add to logits, by token id.",
                "propertyNames": {"pattern": "^(0|[1-9][0-9]{0,9})$"},
                "additionalProperties": {"type": ["number", "null"], "minimum": -100, "maximum": 100}
              },
              "presence_penalty": {"type": ["number", "null"], "minimum": -2, "maximum": 2, "default": 0},
              "frequency_penalty": {"type": ["number", "null"], "minimum": -2, "maximum": 2, "default": 0},
              "repetition_penalty": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "maximum": 10,
                "default": 1
              },
              "repeat_penalty": {
                "type": ["number", "null"],
                "description": "The same parameter under llama-server's name.",
                "exclusiveMinimum": 0,
                "maximum": 10,
                "default": 1
              },
              "user": {"type": ["string", "null"], "description": "Accepted, not used."},
              "timings": {
                "type": ["boolean", "null"],
                "description": "Whether the answer tells how long it took.",
                "default": false
              },
              "cache_prompt": {
                "type": ["boolean", "null"],
                "description": "Whether what is computed of the prompt may come from other requests and be kept for others.",
                "default": true
              },
              "priority": {
                "type": ["integer", "null"],
                "description": "Lower goes earlier.",
                "minimum": -100,
                "maximum": 100,
                "default": 0
              },
              "speculate": {
                "type": ["integer", "null"],
                "description": "Tokens to guess in a step; the answer stays the same.",
                "minimum": 0,
                "maximum": 15
              },
              "kv_cache": {
                "description": "What of the KV cache the request may keep; as an object, or as the text that the header x-kvota-kv takes.",
                "anyOf": [
                  {"type": "null"},
                  {"type": "string", "examples": ["roco; budget=512; pins=system"]},
                  {"$ref": "#/components/schemas/KVCache"}
                ]
              },
              "session": {
                "type": ["string", "null"],
                "description": "A name to go on from and to save to.",
                "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$"
              },
              "echo": {
                "type": ["boolean", "null"],
                "description": "Whether the text begins with the prompt.",
                "default": false
              },
              "logprobs": {
                "description": "How many of the likeliest tokens are told in each place, with the log-probability of the token that is there; false is none.",
                "anyOf": [{"type": "null"}, {"const": false}, {"type": "integer", "minimum": 0, "maximum": 20}]
              }
            },
            "required": ["prompt"]
          },
          "ChatCompletionRequest": {
            "type": "object",
            "properties": {
              "model": {
                "type": ["string", "null"],
                "description": "The alias, or ALIAS@POLICY-BUDGET with further options, such as ALIAS@roco-512;pins=system; the one model if left out."
              },
              "messages": {
                "type": "array",
                "description": "The conversation.",
                "items": {"$ref": "#/components/schemas/Message"},
                "minItems": 1
              },
              "max_tokens": {
                "type": ["integer", "null"],
                "description": "Most tokens to generate.",
                "minimum": 1,
                "maximum": 2147483647
              },
              "max_completion_tokens": {
                "type": ["integer", "null"],
                "description": "The same parameter under its newer name.",
                "minimum": 1,
                "maximum": 2147483647
              },
              "min_tokens": {
                "type": ["integer", "null"],
                "description": "Tokens before a stop token or stop text counts; at most max_tokens.",
                "minimum": 0,
                "maximum": 2147483647,
                "default": 0
              },
              "n": {
                "type": ["integer", "null"],
                "description": "Choices for each prompt.",
                "minimum": 1,
                "maximum": 128,
                "default": 1
              },
              "best_of": {
                "type": ["integer", "null"],
                "description": "Nothing but 1 is built.",
                "minimum": 1,
                "maximum": 1
              },
              "stream": {
                "type": ["boolean", "null"],
                "description": "Whether the answer comes as server-sent events.",
                "default": false
              },
              "stream_options": {
                "description": "Only with stream.",
                "anyOf": [
                  {"type": "null"},
                  {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "include_usage": {
                        "type": ["boolean", "null"],
                        "description": "Whether the last event has the usage."
                      },
                      "include_obfuscation": {"type": ["boolean", "null"], "enum": [false, null]},
                      "continuous_usage_stats": {"type": ["boolean", "null"], "enum": [false, null]}
                    }
                  }
                ]
              },
              "stop": {
                "description": "Texts that end the answer and are not part of it, of up to 1024 bytes each.",
                "anyOf": [
                  {"type": "null"},
                  {"type": "string", "minLength": 1, "maxLength": 1024},
                  {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 1024}, "maxItems": 4}
                ]
              },
              "stop_token_ids": {
                "type": ["array", "null"],
                "description": "Tokens that end the answer and are not part of it.",
                "items": {"type": "integer", "minimum": 0, "maximum": 2147483647},
                "maxItems": 64
              },
              "ignore_eos": {
                "type": ["boolean", "null"],
                "description": "Whether to go on after the end token.",
                "default": false
              },
              "seed": {
                "type": ["integer", "null"],
                "description": "The same seed gives the same text.",
                "minimum": -9223372036854775808,
                "maximum": 9223372036854775807
              },
              "temperature": {
                "type": ["number", "null"],
                "description": "0 takes the likeliest token always.",
                "minimum": 0,
                "maximum": 2,
                "default": 1
              },
              "top_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "default": 1},
              "top_k": {
                "type": ["integer", "null"],
                "description": "0 and -1 keep all.",
                "minimum": -1,
                "maximum": 2147483647,
                "default": 0
              },
              "min_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "default": 0},
              "typical_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "default": 1},
              "response_format": {
                "oneOf": [
                  {
                    "type": "object",
                    "properties": {"type": {"const": "text"}},
                    "required": ["type"],
                    "additionalProperties": false
                  },
                  {
                    "type": "object",
                    "properties": {"type": {"const": "json_object"}, "schema": {"$ref": "#/components/schemas/TextSchema"}},
                    "required": ["type"],
                    "additionalProperties": false
                  },
                  {
                    "type": "object",
                    "properties": {
                      "type": {"const": "json_schema"},
                      "json_schema": {
                        "type": "object",
                        "properties": {
                          "name": {"type": ["string", "null"]},
                          "description": {"type": ["string", "null"]},
                          "schema": {"$ref": "#/components/schemas/TextSchema"},
                          "strict": {"type": ["boolean", "null"]}
                        },
                        "required": ["schema"],
                        "additionalProperties": false
                      }
                    },
                    "required": ["type", "json_schema"],
                    "additionalProperties": false
                  },
                  {"type": "null"}
                ],
                "description": "What the text has to be."
              },
              "grammar": {"type": ["string", "null"], "description": "What the text has to be, in GBNF."},
              "json_schema": {"oneOf": [{"$ref": "#/components/schemas/TextSchema"}, {"type": "null"}]},
              "guided_json": {"type": ["object", "boolean", "string", "null"], "description": "A JSON Schema, or its text."},
              "guided_regex": {"type": ["string", "null"]},
              "guided_choice": {"type": ["array", "null"], "minItems": 1, "items": {"type": "string"}},
              "guided_grammar": {"type": ["string", "null"], "description": "In GBNF."},
              "structured_outputs": {
                "type": ["object", "null"],
                "description": "vLLM's way to say what the text has to be, in one of these.",
                "properties": {
                  "json": {"type": ["object", "boolean", "string", "null"]},
                  "json_object": {"type": ["boolean", "null"]},
                  "regex": {"type": ["string", "null"]},
                  "choice": {"type": ["array", "null"], "minItems": 1, "items": {"type": "string"}},
                  "grammar": {"type": ["string", "null"]}
                },
                "additionalProperties": false
              },
              "logit_bias": {
                "type": ["object", "null"],
                "description": "Numbers to add to logits, by token id.",
                "propertyNames": {"pattern": "^(0|[1-9][0-9]{0,9})$"},
                "additionalProperties": {"type": ["number", "null"], "minimum": -100, "maximum": 100}
              },
              "presence_penalty": {"type": ["number", "null"], "minimum": -2, "maximum": 2, "default": 0},
              "frequency_penalty": {"type": ["number", "null"], "minimum": -2, "maximum": 2, "default": 0},
              "repetition_penalty": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "maximum": 10,
                "default": 1
              },
              "repeat_penalty": {
                "type": ["number", "null"],
                "description": "The same parameter under llama-server's name.",
                "exclusiveMinimum": 0,
                "maximum": 10,
                "default": 1
              },
              "user": {"type": ["string", "null"], "description": "Accepted, not used."},
              "timings": {
                "type": ["boolean", "null"],
                "description": "Whether the answer tells how long it took.",
                "default": false
              },
              "cache_prompt": {
                "type": ["boolean", "null"],
                "description": "Whether what is computed of the prompt may come from other requests and be kept for others.",
                "default": true
              },
              "priority": {
                "type": ["integer", "null"],
                "description": "Lower goes earlier.",
                "minimum": -100,
                "maximum": 100,
                "default": 0
              },
              "speculate": {
                "type": ["integer", "null"],
                "description": "Tokens to guess in a step; the answer stays the same.",
                "minimum": 0,
                "maximum": 15
              },
              "kv_cache": {
                "description": "What of the KV cache the request may keep; as an object, or as the text that the header x-kvota-kv takes.",
                "anyOf": [
                  {"type": "null"},
                  {"type": "string", "examples": ["roco; budget=512; pins=system"]},
                  {"$ref": "#/components/schemas/KVCache"}
                ]
              },
              "session": {
                "type": ["string", "null"],
                "description": "A name to go on from and to save to.",
                "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$"
              },
              "logprobs": {
                "type": ["boolean", "null"],
                "description": "Whether log-probabilities are told.",
                "default": false
              },
              "top_logprobs": {
                "type": ["integer", "null"],
                "description": "How many of the likeliest tokens are told in each place; only with logprobs.",
                "minimum": 0,
                "maximum": 20
              },
              "tools": {
                "type": ["array", "null"],
                "description": "Functions that the model may call.",
                "items": {"$ref": "#/components/schemas/Tool"},
                "maxItems": 128
              },
              "tool_choice": {
                "description": "Whether the model calls a function: as it likes, not at all, at least one, or the one that is named.",
                "anyOf": [
                  {"enum": ["none", "auto", "required", null]},
                  {
                    "type": "object",
                    "properties": {
                      "type": {"const": "function"},
                      "function": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
                    },
                    "required": ["type", "function"]
                  }
                ]
              },
              "parallel_tool_calls": {
                "type": ["boolean", "null"],
                "description": "Whether it may call more than one at once.",
                "default": true
              }
            },
            "required": ["messages"]
          },
          "TextSchema": {
            "type": ["object", "boolean"],
            "description": "A JSON Schema of 2020-12, whose keywords are kept to; one that cannot be is refused with its place."
          },
          "KVCache": {
            "type": "object",
            "description": "Names beside these are parameters of the policy, numbers all of them; GET /v1/models and `kvota policies` list policies.",
            "additionalProperties": {"type": ["number", "null"]},
            "properties": {
              "policy": {"type": ["string", "null"], "examples": ["full", "roco", "streaming"]},
              "budget": {
                "description": "Slots of each layer and head, a share of the prompt, or bytes.",
                "anyOf": [
                  {"type": "null"},
                  {"type": "integer", "minimum": 1},
                  {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                  {"type": "string", "examples": ["50%", "64MiB"]}
                ]
              },
              "scope": {
                "type": ["string", "null"],
                "description": "What the budget counts.",
                "enum": ["total", "generated", "prefill", null]
              },
              "mode": {"type": ["string", "null"], "enum": ["hard", "soft", null]},
              "stride": {
                "type": ["integer", "null"],
                "description": "Prompt tokens between evictions.",
                "minimum": 1
              },
              "sinks": {
                "type": ["integer", "null"],
                "description": "First positions that are never evicted.",
                "minimum": 0
              },
              "recent": {
                "type": ["integer", "null"],
                "description": "Newest slots that are never evicted.",
                "minimum": 0
              },
              "recent_ratio": {
                "type": ["number", "null"],
                "description": "The same as a share of the budget.",
                "minimum": 0,
                "maximum": 1
              },
              "pins": {
                "description": "What of the prompt is never evicted.",
                "anyOf": [
                  {"type": "null"},
                  {"type": "string"},
                  {
                    "type": "array",
                    "items": {
                      "anyOf": [
                        {
                          "type": "string",
                          "description": "system, or as in text form: role:user, message:-1, tokens:0-16"
                        },
                        {
                          "type": "object",
                          "additionalProperties": false,
                          "properties": {"role": {"type": "string"}},
                          "required": ["role"]
                        },
                        {
                          "type": "object",
                          "additionalProperties": false,
                          "properties": {"message": {"type": "integer"}},
                          "required": ["message"]
                        },
                        {
                          "type": "object",
                          "additionalProperties": false,
                          "properties": {
                            "tokens": {
                              "type": "array",
                              "items": {"type": "integer", "minimum": 0},
                              "minItems": 2,
                              "maxItems": 2
                            }
                          },
                          "required": ["tokens"]
                        }
                      ]
                    },
                    "maxItems": 64
                  }
                ]
              },
              "allocator": {"type": ["string", "null"], "enum": ["uniform", "pyramid", "ada", "cake", null]},
              "positions": {"type": ["string", "null"], "enum": ["original", "cache", null]},
              "keep_attention": {"type": ["boolean", "null"]},
              "value": {"type": ["boolean", "null"]},
              "pool": {"type": ["integer", "null"], "description": "Odd.", "minimum": 1, "maximum": 63},
              "decay": {"type": ["number", "null"], "minimum": 0.5, "maximum": 1},
              "guard": {"type": ["number", "null"], "minimum": 0, "maximum": 0.5},
              "fair": {"type": ["boolean", "null"], "description": "Chats only."},
              "reduce": {"type": ["string", "null"], "enum": ["mean", "max", null]},
              "elastic": {
                "anyOf": [
                  {"type": "null"},
                  {"type": "integer", "minimum": 1},
                  {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {"min": {"type": "integer", "minimum": 1}},
                    "required": ["min"]
                  }
                ]
              },
              "seed": {"type": ["integer", "null"]},
              "faithful": {"type": ["boolean", "null"]}
            }
          },
          "Message": {
            "type": "object",
            "properties": {
              "role": {"type": "string", "enum": ["system", "developer", "user", "assistant", "tool"]},
              "content": {
                "anyOf": [
                  {"type": ["string", "null"]},
                  {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
                      "required": ["type", "text"]
                    }
                  }
                ]
              },
              "name": {"type": ["string", "null"]},
              "tool_call_id": {"type": ["string", "null"]},
              "tool_calls": {
                "type": ["array", "null"],
                "description": "Of the assistant: functions that it has called.",
                "items": {"$ref": "#/components/schemas/ToolCall"}
              }
            },
            "anyOf": [{"required": ["role", "content"]}, {"required": ["role", "tool_calls"]}]
          },
          "Tool": {
            "type": "object",
            "properties": {
              "type": {"const": "function"},
              "function": {
                "type": "object",
                "properties": {
                  "name": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,128}$"},
                  "description": {"type": ["string", "null"]},
                  "parameters": {"type": ["object", "null"], "description": "The JSON schema of its arguments."}
                },
                "required": ["name"]
              }
            },
            "required": ["type", "function"]
          },
          "ToolCall": {
            "type": "object",
            "properties": {
              "id": {"type": "string"},
              "type": {"const": "function"},
              "function": {
                "type": "object",
                "properties": {
                  "name": {"type": "string"},
                  "arguments": {"type": "string", "description": "JSON, as the model has written it."}
                },
                "required": ["name", "arguments"]
              }
            },
            "required": ["id", "type", "function"]
          },
          "Completion": {
            "type": "object",
            "properties": {
              "id": {"type": "string"},
              "object": {"const": "text_completion"},
              "created": {"type": "integer", "description": "Seconds since 1970."},
              "model": {"type": "string"},
              "choices": {
                "type": "array",
                "items": {
                  "type": "object",
                  "properties": {
                    "index": {"type": "integer", "minimum": 0},
                    "text": {"type": "string"},
                    "logprobs": {
                      "anyOf": [{"$ref": "#/components/schemas/CompletionLogprobs"}, {"type": "null"}]
                    },
                    "finish_reason": {"type": "string", "enum": ["stop", "length"]}
                  },
                  "required": ["index", "text", "logprobs", "finish_reason"]
                }
              },
              "usage": {"$ref": "#/components/schemas/Usage"},
              "timings": {"$ref": "#/components/schemas/Timings"}
            },
            "required": ["id", "object", "created", "model", "choices", "usage"]
          },
          "CompletionChunk": {
            "type": "object",
            "properties": {
              "id": {"type": "string"},
              "object": {"const": "text_completion"},
              "created": {"type": "integer", "description": "Seconds since 1970."},
              "model": {"type": "string"},
              "choices": {
                "type": "array",
                "items": {
                  "type": "object",
                  "properties": {
                    "index": {"type": "integer", "minimum": 0},
                    "text": {"type": "string"},
                    "logprobs": {
                      "anyOf": [{"$ref": "#/components/schemas/CompletionLogprobs"}, {"type": "null"}]
                    },
                    "finish_reason": {
                      "anyOf": [{"type": "string", "enum": ["stop", "length"]}, {"type": "null"}]
                    }
                  },
                  "required": ["index", "text", "logprobs", "finish_reason"]
                }
              },
              "usage": {"anyOf": [{"$ref": "#/components/schemas/Usage"}, {"type": "null"}]},
              "timings": {"$ref": "#/components/schemas/Timings"}
            },
            "required": ["id", "object", "created", "model", "choices"]
          },
          "ChatCompletion": {
            "type": "object",
            "properties": {
              "id": {"type": "string"},
              "object": {"const": "chat.completion"},
              "created": {"type": "integer", "description": "Seconds since 1970."},
              "model": {"type": "string"},
              "choices": {
                "type": "array",
                "items": {
                  "type": "object",
                  "properties": {
                    "index": {"type": "integer", "minimum": 0},
                    "message": {
                      "type": "object",
                      "properties": {
                        "role": {"const": "assistant"},
                        "content": {"type": ["string", "null"], "description": "Null beside calls alone."},
                        "refusal": {"type": "null"},
                        "tool_calls": {"type": "array", "items": {"$ref": "#/components/schemas/ToolCall"}}
                      },
                      "required": ["role", "content", "refusal"]
                    },
                    "logprobs": {"anyOf": [{"$ref": "#/components/schemas/ChatLogprobs"}, {"type": "null"}]},
                    "finish_reason": {"type": "string", "enum": ["stop", "length", "tool_calls"]}
                  },
                  "required": ["index", "message", "logprobs", "finish_reason"]
                }
              },
              "usage": {"$ref": "#/components/schemas/Usage"},
              "timings": {"$ref": "#/components/schemas/Timings"}
            },
            "required": ["id", "object", "created", "model", "choices", "usage"]
          },
          "ChatCompletionChunk": {
            "type": "object",
            "properties": {
              "id": {"type": "string"},
              "object": {"const": "chat.completion.chunk"},
              "created": {"type": "integer", "description": "Seconds since 1970."},
              "model": {"type": "string"},
              "choices": {
                "type": "array",
                "items": {
                  "type": "object",
                  "properties": {
                    "index": {"type": "integer", "minimum": 0},
                    "delta": {
                      "type": "object",
                      "properties": {
                        "role": {"const": "assistant"},
                        "content": {"type": "string"},
                        "tool_calls": {
                          "type": "array",
                          "description": "A call's first part has its id and name, the others more of its arguments.",
                          "items": {
                            "type": "object",
                            "properties": {
                              "index": {"type": "integer", "minimum": 0},
                              "id": {"type": "string"},
                              "type": {"const": "function"},
                              "function": {
                                "type": "object",
                                "properties": {"name": {"type": "string"}, "arguments": {"type": "string"}},
                                "required": ["arguments"]
                              }
                            },
                            "required": ["index", "function"]
                          }
                        }
                      }
                    },
                    "logprobs": {"anyOf": [{"$ref": "#/components/schemas/ChatLogprobs"}, {"type": "null"}]},
                    "finish_reason": {
                      "anyOf": [{"type": "string", "enum": ["stop", "length", "tool_calls"]}, {"type": "null"}]
                    }
                  },
                  "required": ["index", "delta", "logprobs", "finish_reason"]
                }
              },
              "usage": {"anyOf": [{"$ref": "#/components/schemas/Usage"}, {"type": "null"}]},
              "timings": {"$ref": "#/components/schemas/Timings"}
            },
            "required": ["id", "object", "created", "model", "choices"]
          },
          "CompletionLogprobs": {
            "type": "object",
            "description": "Four lists of equal length.",
            "properties": {
              "tokens": {"type": "array", "items": {"type": "string"}},
              "token_logprobs": {"type": "array", "items": {"type": ["number", "null"]}},
              "top_logprobs": {
                "type": "array",
                "items": {"type": ["object", "null"], "additionalProperties": {"type": ["number", "null"]}}
              },
              "text_offset": {"type": "array", "items": {"type": "integer", "minimum": 0}}
            },
            "required": ["tokens", "token_logprobs", "top_logprobs", "text_offset"]
          },
          "ChatLogprobs": {
            "type": "object",
            "properties": {
              "content": {
                "type": "array",
                "items": {
                  "type": "object",
                  "properties": {
                    "token": {"type": "string"},
                    "logprob": {"type": ["number", "null"]},
                    "bytes": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}},
                    "top_logprobs": {
                      "type": "array",
                      "items": {
                        "type": "object",
                        "properties": {
                          "token": {"type": "string"},
                          "logprob": {"type": ["number", "null"]},
                          "bytes": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}}
                        },
                        "required": ["token", "logprob", "bytes"]
                      }
                    }
                  },
                  "required": ["token", "logprob", "bytes", "top_logprobs"]
                }
              },
              "refusal": {"type": "null"}
            },
            "required": ["content", "refusal"]
          },
          "Usage": {
            "type": "object",
            "properties": {
              "prompt_tokens": {"type": "integer", "minimum": 0},
              "completion_tokens": {"type": "integer", "minimum": 0},
              "total_tokens": {"type": "integer", "minimum": 0},
              "prompt_tokens_details": {
                "type": "object",
                "properties": {"cached_tokens": {"type": "integer", "minimum": 0}},
                "required": ["cached_tokens"]
              },
              "completion_tokens_details": {
                "type": "object",
                "properties": {
                  "accepted_prediction_tokens": {"type": "integer", "minimum": 0},
                  "rejected_prediction_tokens": {"type": "integer", "minimum": 0}
                }
              },
              "kv_cache": {
                "type": "object",
                "properties": {
                  "policy": {"type": "string"},
                  "budget": {
                    "type": ["integer", "null"],
                    "description": "Slots of each layer and head.",
                    "minimum": 1
                  },
                  "resident": {"type": "integer", "minimum": 0},
                  "evicted": {"type": "integer", "minimum": 0},
                  "pinned": {"type": "integer", "minimum": 0},
                  "peak_bytes": {"type": "integer", "minimum": 0},
                  "shrunk_from": {"type": "integer", "minimum": 0}
                },
                "required": ["policy", "budget", "resident", "evicted", "pinned", "peak_bytes"]
              }
            },
            "required": ["prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details"]
          },
          "Timings": {
            "type": "object",
            "description": "Of all choices together; rates of nothing are null.",
            "properties": {
              "cache_n": {"type": "integer", "minimum": 0},
              "queue_ms": {"type": ["number", "null"]},
              "prompt_n": {"type": "integer", "minimum": 0},
              "prompt_ms": {"type": ["number", "null"]},
              "prompt_per_token_ms": {"type": ["number", "null"]},
              "prompt_per_second": {"type": ["number", "null"]},
              "predicted_n": {"type": "integer", "minimum": 0},
              "predicted_ms": {"type": ["number", "null"]},
              "predicted_per_token_ms": {"type": ["number", "null"]},
              "predicted_per_second": {"type": ["number", "null"]}
            },
            "required": [
              "cache_n",
              "queue_ms",
              "prompt_n",
              "prompt_ms",
              "prompt_per_token_ms",
              "prompt_per_second",
              "predicted_n",
              "predicted_ms",
              "predicted_per_token_ms",
              "predicted_per_second"
            ]
          },
          "Error": {
            "type": "object",
            "properties": {
              "error": {
                "type": "object",
                "properties": {
                  "message": {"type": "string"},
                  "type": {"type": "string"},
                  "param": {"type": ["string", "null"]},
                  "code": {"type": ["string", "null"]}
                },
                "required": ["message", "type", "param", "code"]
              }
            },
            "required": ["error"]
          },
          "Model": {
            "type": "object",
            "properties": {
              "id": {"type": "string"},
              "object": {"const": "model"},
              "created": {"type": "integer"},
              "owned_by": {"const": "kvota"}
            },
            "required": ["id", "object", "created", "owned_by"]
          },
          "ModelList": {
            "type": "object",
            "properties": {
              "object": {"const": "list"},
              "data": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}, "minItems": 1}
            },
            "required": ["object", "data"]
          },
          "Session": {
            "type": "object",
            "properties": {
              "id": {"type": "string"},
              "object": {"const": "kv_session"},
              "model": {"type": "string"},
              "usable": {"type": "boolean"},
              "policy": {"type": "string"},
              "budget": {"type": ["integer", "null"]},
              "tokens": {"type": "integer", "minimum": 0},
              "resident": {"type": "integer", "minimum": 0},
              "bytes": {"type": "integer", "minimum": 0},
              "created": {"type": "integer"},
              "updated": {"type": "integer"}
            },
            "required": [
              "id",
              "object",
              "model",
              "usable",
              "policy",
              "budget",
              "tokens",
              "resident",
              "bytes",
              "created",
              "updated"
            ]
          },
          "SessionList": {
            "type": "object",
            "properties": {
              "object": {"const": "list"},
              "data": {"type": "array", "items": {"$ref": "#/components/schemas/Session"}}
            },
            "required": ["object", "data"]
          },
          "SessionDeletion": {
            "type": "object",
            "properties": {
              "id": {"type": "string"},
              "object": {"const": "kv_session"},
              "deleted": {"const": true}
            },
            "required": ["id", "object", "deleted"]
          },
          "TokenizeRequest": {
            "type": "object",
            "description": "One of content, prompt and messages.",
            "properties": {
              "model": {
                "type": ["string", "null"],
                "description": "The alias, or ALIAS@POLICY-BUDGET with further options, such as ALIAS@roco-512;pins=system; the one model if left out."
              },
              "content": {"type": ["string", "null"], "description": "A text, as llama-server calls it."},
              "prompt": {"type": ["string", "null"], "description": "A text, as vLLM calls it."},
              "messages": {
                "type": ["array", "null"],
                "description": "A conversation, as the model's template writes it.",
                "items": {"$ref": "#/components/schemas/Message"},
                "minItems": 1
              },
              "add_special": {
                "type": ["boolean", "null"],
                "description": "Whether a begin token is put first where the model wants one; true by default for prompt only."
              },
              "add_special_tokens": {"type": ["boolean", "null"], "description": "The same under vLLM's name."},
              "parse_special": {
                "type": ["boolean", "null"],
                "description": "Whether control tokens are found in the text.",
                "default": true
              },
              "with_pieces": {"type": ["boolean", "null"], "default": false},
              "return_token_strs": {"type": ["boolean", "null"], "default": false},
              "add_generation_prompt": {"type": ["boolean", "null"], "default": true},
              "tools": {
                "type": ["array", "null"],
                "description": "Functions that the template tells of.",
                "items": {"$ref": "#/components/schemas/Tool"},
                "maxItems": 128
              }
            },
            "anyOf": [{"required": ["content"]}, {"required": ["prompt"]}, {"required": ["messages"]}]
          },
          "Tokens": {
            "type": "object",
            "properties": {
              "tokens": {
                "type": "array",
                "items": {
                  "anyOf": [
                    {"type": "integer"},
                    {
                      "type": "object",
                      "properties": {
                        "id": {"type": "integer"},
                        "piece": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}]}
                      },
                      "required": ["id", "piece"]
                    }
                  ]
                }
              },
              "count": {"type": "integer", "minimum": 0},
              "max_model_len": {"type": "integer", "minimum": 1},
              "token_strs": {"type": "array", "items": {"type": "string"}}
            },
            "required": ["tokens", "count", "max_model_len"]
          },
          "DetokenizeRequest": {
            "type": "object",
            "properties": {
              "model": {
                "type": ["string", "null"],
                "description": "The alias, or ALIAS@POLICY-BUDGET with further options, such as ALIAS@roco-512;pins=system; the one model if left out."
              },
              "tokens": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 2147483647}}
            },
            "required": ["tokens"]
          },
          "Text": {
            "type": "object",
            "properties": {"content": {"type": "string"}, "prompt": {"type": "string"}},
            "required": ["content", "prompt"]
          },
          "ApplyTemplateRequest": {
            "type": "object",
            "properties": {
              "model": {
                "type": ["string", "null"],
                "description": "The alias, or ALIAS@POLICY-BUDGET with further options, such as ALIAS@roco-512;pins=system; the one model if left out."
              },
              "messages": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}, "minItems": 1},
              "add_generation_prompt": {"type": ["boolean", "null"], "default": true},
              "tools": {
                "type": ["array", "null"],
                "description": "Functions that the template tells of.",
                "items": {"$ref": "#/components/schemas/Tool"},
                "maxItems": 128
              }
            },
            "required": ["messages"]
          },
          "Prompt": {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]},
          "TokenizerInfo": {
            "type": "object",
            "properties": {
              "tokenizer_class": {"type": "string"},
              "vocab_size": {"type": "integer", "minimum": 0},
              "model_max_length": {"type": "integer", "minimum": 0},
              "add_bos_token": {"type": "boolean"},
              "bos_token": {"type": ["string", "null"]},
              "eos_token": {"type": ["string", "null"]},
              "unk_token": {"type": ["string", "null"]},
              "pad_token": {"type": ["string", "null"]},
              "chat_template": {"type": "string"}
            },
            "required": [
              "tokenizer_class",
              "vocab_size",
              "model_max_length",
              "add_bos_token",
              "bos_token",
              "eos_token",
              "unk_token",
              "pad_token",
              "chat_template"
            ]
          },
          "Props": {
            "type": "object",
            "properties": {
              "default_generation_settings": {"type": "object"},
              "total_slots": {"type": "integer", "minimum": 0},
              "model_alias": {"type": "string"},
              "chat_template": {"type": "string"},
              "bos_token": {"type": ["string", "null"]},
              "eos_token": {"type": ["string", "null"]},
              "modalities": {"type": "object"},
              "build_info": {"type": "string"}
            },
            "required": [
              "default_generation_settings",
              "total_slots",
              "model_alias",
              "chat_template",
              "bos_token",
              "eos_token",
              "modalities",
              "build_info"
            ]
          },
          "Slots": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "id": {"type": "integer", "minimum": 0},
                "n_ctx": {"type": "integer", "minimum": 0},
                "speculative": {"type": "boolean"},
                "is_processing": {"type": "boolean"}
              },
              "required": ["id", "n_ctx", "is_processing"]
            }
          },
          "Status": {"type": "object", "properties": {"status": {"const": "ok"}}, "required": ["status"]},
          "Version": {"type": "object", "properties": {"version": {"type": "string"}}, "required": ["version"]}
        },
        "responses": {
          "BadRequest": {
            "description": "A wrong body, value or combination; `param` names the field.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "NotFound": {
            "description": "No such path, model or session.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "MethodNotAllowed": {
            "description": "The path does not take the method; Allow tells which it takes.",
            "headers": {
              "x-request-id": {"$ref": "#/components/headers/x-request-id"},
              "Allow": {"schema": {"type": "string"}}
            },
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "RequestTimeout": {
            "description": "The request came too slowly.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "Conflict": {
            "description": "The session is in use.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "ContentTooLarge": {
            "description": "The body is longer than 8 MiB.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "URITooLong": {
            "description": "The request line is too long.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "UnsupportedMediaType": {
            "description": "The body is not JSON.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "ExpectationFailed": {
            "description": "An expectation that is not met.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "TooManyRequests": {
            "description": "The queue is full, or the client has too many requests here.",
            "headers": {
              "x-request-id": {"$ref": "#/components/headers/x-request-id"},
              "Retry-After": {
                "description": "Seconds.",
                "schema": {"type": "integer", "minimum": 1, "maximum": 60}
              }
            },
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "HeadersTooLarge": {
            "description": "The headers are too long.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "ServerError": {
            "description": "A failure of the server.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "Unavailable": {
            "description": "The model is being loaded, the server stops, or there are too many connections.",
            "headers": {
              "x-request-id": {"$ref": "#/components/headers/x-request-id"},
              "Retry-After": {
                "description": "Seconds.",
                "schema": {"type": "integer", "minimum": 1, "maximum": 60}
              }
            },
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "Unauthorized": {
            "description": "Keys are set, and the request has none or an unknown one; 'code' is 'invalid_api_key'.",
            "headers": {
              "x-request-id": {"$ref": "#/components/headers/x-request-id"},
              "www-authenticate": {"schema": {"type": "string"}}
            },
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          },
          "Forbidden": {
            "description": "The key may only read: 'code' is 'insufficient_permissions'. Or, without keys, it comes from a web page of another origin, or to a name that is not this machine's: 'origin_not_allowed', 'host_not_allowed'.",
            "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id"}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
          }
        },
        "headers": {
          "x-request-id": {"description": "What the request is called in the log.", "schema": {"type": "string"}},
          "x-kvota-ignored": {
            "description": "Names of the body's fields that were not understood.",
            "schema": {"type": "string"}
          }
        },
        "securitySchemes": {
          "apiKey": {"type": "http", "scheme": "bearer", "description": "Only where the server has API keys."},
          "password": {
            "type": "http",
            "scheme": "basic",
            "description": "For the page, as browsers ask their user: an API key is the password, of any name."
          }
        }
      },
      "security": [{}, {"apiKey": []}]
    }

    """#
}
