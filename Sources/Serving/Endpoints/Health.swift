import HTTP
import OpenAIAPI

/// `GET /livez`: whether the process answers at all.
struct Liveness: Probe {
  func answer(_ service: Service) -> HTTPResponse { healthy }
}

/// `GET /readyz` and `/health`: whether requests are served; 503 while the model loads and when the server stops.
struct Readiness: Probe {
  func answer(_ service: Service) -> HTTPResponse { service.refusal.map(HTTPResponse.error) ?? healthy }
}

/// Probes come often: this is not put together each time.
private let healthy = HTTPResponse.json(["status": "ok"])
