//! The times that must agree between server, pod, target group, load balancer, API and CloudFront, all from here.
//!
//! A request must end at the server first, then at what waits for it, so that the caller gets the server's own error
//! and never a gateway's: server deadline < API and CloudFront < load balancer's idle timeout < server's keep-alive
//! (`aws.md`, sections 1, 4 and 5).

use super::{EnvironmentSpec, config::EdgeMode};

/// Times of one environment, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// The server gives up on a request.
    pub deadline: u32,
    /// API Gateway gives up on the load balancer; none in `vpc_origin` mode.
    pub integration: Option<u32>,
    /// CloudFront gives up on a silent origin.
    pub origin_read: u32,
    /// The load balancer closes a silent connection.
    pub load_balancer_idle: u32,
    /// The server keeps a connection for reuse; the load balancer must be the one to close.
    pub keep_alive: u32,
    /// The server finishes what is running after SIGTERM.
    pub drain: u32,
    /// The target group sends to a leaving pod at most so long.
    pub deregistration_delay: u32,
}

impl EnvironmentSpec {
    /// The environment's times.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        // API Gateway waits 29 s for a buffered answer by default and 30 s at most in an HTTP API; a stream may take
        // minutes, but then CloudFront's 120 s is the limit for silence.
        let (deadline, integration, origin_read) = match (self.edge.mode, self.edge.stream) {
            (EdgeMode::Rest, true) => (110, Some(115), 120),
            (EdgeMode::Rest, false) | (EdgeMode::Http, _) => (25, Some(29), 60),
            (EdgeMode::VpcOrigin, _) => (110, None, 120),
        };
        Timeouts {
            deadline,
            integration,
            origin_read,
            load_balancer_idle: 130,
            keep_alive: 135,
            drain: 120,
            deregistration_delay: 130,
        }
    }
}
