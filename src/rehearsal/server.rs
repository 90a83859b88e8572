//! Serves providers to Terraform: gRPC over HTTP/2 on a unix socket for each provider.

use std::{
    convert::Infallible,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Arc,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, combinators::WithTrailers};
use hyper::{HeaderMap, Request, Response, body::Incoming, header::HeaderValue, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::{UnixListener, UnixStream},
    runtime::{Builder, Runtime},
};

use super::{
    protocol::{SERVICE, frame, messages},
    provider::{Connection, Provider},
};

type Trailers = std::future::Ready<Option<Result<HeaderMap, Infallible>>>;
type Answer = Response<WithTrailers<Full<Bytes>, Trailers>>;

/// gRPC's status for a method that the server does not have.
const UNIMPLEMENTED: &str = "12";
/// gRPC's status for a message that cannot be read.
const INVALID_ARGUMENT: &str = "3";

/// Providers being served; gone when dropped.
#[derive(Debug)]
pub(super) struct Server {
    runtime: Option<Runtime>,
}

impl Server {
    /// Listens on a socket for each provider.
    pub(super) fn start(providers: Vec<(Arc<Provider>, PathBuf)>) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_io().build()?;
        for (provider, socket) in providers {
            let listener = {
                let _context = runtime.enter();
                UnixListener::bind(socket)?
            };
            runtime.spawn(listen(listener, provider));
        }
        Ok(Self { runtime: Some(runtime) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn listen(listener: UnixListener, provider: Arc<Provider>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&provider)));
    }
}

/// One connection is one configured instance of the provider, as Terraform opens them.
async fn converse(stream: UnixStream, provider: Arc<Provider>) {
    let connection = Arc::new(Connection::new(provider));
    let service = service_fn(move |request| {
        let connection = Arc::clone(&connection);
        async move { Ok::<_, Infallible>(answer(request, &connection).await) }
    });
    // Terraform closes connections as it likes, also in the middle of a request.
    let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: Request<Incoming>, connection: &Connection) -> Answer {
    let Some(method) = request.uri().path().strip_prefix(SERVICE).map(str::to_owned) else {
        // Other services keep their request open and wait; reading it would wait for ever.
        return response(Bytes::new(), UNIMPLEMENTED);
    };
    let Ok(body) = request.into_body().collect().await else {
        return response(Bytes::new(), INVALID_ARGUMENT);
    };
    match catch_unwind(AssertUnwindSafe(|| dispatch(&method, &body.to_bytes(), connection))) {
        Ok(Reply::Message(message)) => response(message, "0"),
        Ok(Reply::Unreadable) => response(Bytes::new(), INVALID_ARGUMENT),
        Ok(Reply::Unknown) => response(Bytes::new(), UNIMPLEMENTED),
        Err(_) => response(frame::encode(&fault(&method)), "0"),
    }
}

enum Reply {
    Message(Bytes),
    Unreadable,
    Unknown,
}

fn dispatch(method: &str, body: &Bytes, connection: &Connection) -> Reply {
    match method {
        "GetProviderSchema" => reply(body, |_: messages::Empty| connection.schema()),
        "ValidateProviderConfig" => reply(body, |_: messages::Empty| messages::ProviderValidated::default()),
        "ValidateResourceConfig" | "ValidateDataResourceConfig" => {
            reply(body, |_: messages::Empty| messages::Diagnosed::default())
        }
        "ConfigureProvider" => reply(body, |request| connection.configure(&request)),
        "UpgradeResourceState" => reply(body, |request| connection.upgrade(&request)),
        "ReadResource" => reply(body, |request| connection.read(request)),
        "PlanResourceChange" => reply(body, |request| connection.plan(request)),
        "ApplyResourceChange" => reply(body, |request| connection.apply(request)),
        "ImportResourceState" => reply(body, |request| connection.import(&request)),
        "ReadDataSource" => reply(body, |request| connection.read_data(&request)),
        "StopProvider" => reply(body, |_: messages::Empty| messages::Empty {}),
        _ => Reply::Unknown,
    }
}

fn reply<Request, Answer>(body: &Bytes, call: impl FnOnce(Request) -> Answer) -> Reply
where
    Request: prost::Message + Default,
    Answer: prost::Message,
{
    frame::decode(body).map_or(Reply::Unreadable, |request| Reply::Message(frame::encode(&call(request))))
}

/// What to say after a fault of the program itself; every answer with diagnostics has them under its own number, so
/// the three numbers in use are all filled.
fn fault(method: &str) -> Fault {
    let diagnostic = messages::Diagnostic::error(
        "The rehearsal has a fault",
        format!("{method} ended in a panic. This is a bug of deployer, not of the configuration."),
    );
    match method {
        "ValidateResourceConfig" | "ValidateDataResourceConfig" | "ConfigureProvider" => {
            Fault { first: vec![diagnostic], ..Fault::default() }
        }
        "ApplyResourceChange" => Fault { third: vec![diagnostic], ..Fault::default() },
        "PlanResourceChange" | "GetProviderSchema" => Fault { fourth: vec![diagnostic], ..Fault::default() },
        _ => Fault { second: vec![diagnostic], ..Fault::default() },
    }
}

/// An answer that has nothing but diagnostics, under the number of the method.
#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Fault {
    #[prost(message, repeated, tag = "1")]
    first: Vec<messages::Diagnostic>,
    #[prost(message, repeated, tag = "2")]
    second: Vec<messages::Diagnostic>,
    #[prost(message, repeated, tag = "3")]
    third: Vec<messages::Diagnostic>,
    #[prost(message, repeated, tag = "4")]
    fourth: Vec<messages::Diagnostic>,
}

fn response(message: Bytes, status: &'static str) -> Answer {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static(status));
    let body = Full::new(message).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(body);
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    response
}
