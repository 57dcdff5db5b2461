#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

// What OpenSSL has as macros, which Swift cannot see.

static inline uint64_t openssl_no_compression(void) { return SSL_OP_NO_COMPRESSION; }
static inline uint64_t openssl_no_renegotiation(void) { return SSL_OP_NO_RENEGOTIATION; }
static inline uint64_t openssl_no_tickets(void) { return SSL_OP_NO_TICKET; }
static inline uint64_t openssl_ignore_unexpected_end(void) { return SSL_OP_IGNORE_UNEXPECTED_EOF; }

static inline int openssl_set_least_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline int openssl_set_groups(SSL_CTX *context, const char *names) {
  return (int)SSL_CTX_set1_groups_list(context, names);
}
static inline void openssl_cache_no_sessions(SSL_CTX *context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
static inline void openssl_read_ahead(SSL_CTX *context) { SSL_CTX_set_read_ahead(context, 1); }
static inline void openssl_set_modes(SSL_CTX *context) {
  SSL_CTX_set_mode(
    context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}
