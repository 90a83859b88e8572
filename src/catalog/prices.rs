//! Unit prices of what a deployment uses besides instances.

use std::sync::OnceLock;

use serde::Deserialize;

use super::{Provenance, embedded};

/// The table of unit prices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// When and where the prices were taken.
    pub provenance: Provenance,
    /// The prices.
    pub unit_prices: UnitPrices,
}

/// USD for one unit, in `us-east-1`, without any discount; GB is what AWS bills as a GB.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitPrices {
    /// EKS control plane on a version in standard support, per hour.
    pub kubernetes_control_plane_hour: f64,
    /// EKS control plane on a version in extended support, per hour.
    pub kubernetes_control_plane_extended_support_hour: f64,
    /// NAT gateway, per hour.
    pub nat_gateway_hour: f64,
    /// Data through a NAT gateway, per GB.
    pub nat_gateway_gb: f64,
    /// Public IPv4 address, in use or idle, per hour.
    pub public_ipv4_hour: f64,
    /// Application load balancer, per hour.
    pub load_balancer_hour: f64,
    /// Load balancer capacity unit, per hour.
    pub load_balancer_capacity_unit_hour: f64,
    /// Interface endpoint in one zone, per hour.
    pub interface_endpoint_zone_hour: f64,
    /// Data through an interface endpoint, per GB.
    pub interface_endpoint_gb: f64,
    /// API Gateway REST API, per million requests.
    pub rest_api_million_requests: f64,
    /// API Gateway HTTP API, per million requests.
    pub http_api_million_requests: f64,
    /// WAF web ACL, per month.
    pub web_acl: f64,
    /// WAF rule, per month.
    pub web_acl_rule: f64,
    /// WAF inspection, per million requests and web ACL.
    pub web_acl_million_requests: f64,
    /// `CloudFront` data to the internet, per GB beyond the free ones.
    pub cloudfront_gb: f64,
    /// `CloudFront` HTTPS requests, per ten thousand beyond the free ones.
    pub cloudfront_ten_thousand_requests: f64,
    /// GB that `CloudFront` delivers free of charge each month.
    pub cloudfront_free_gb: f64,
    /// Millions of requests that `CloudFront` answers free of charge each month.
    pub cloudfront_free_million_requests: f64,
    /// ECR storage, per GB and month.
    pub container_registry_gb: f64,
    /// EBS gp3 storage, per GB and month.
    pub block_storage_gp3_gb: f64,
    /// `CloudWatch` logs taken in, per GB.
    pub log_ingestion_gb: f64,
    /// `CloudWatch` logs kept, per GB and month.
    pub log_storage_gb: f64,
    /// `CloudWatch` alarm on one metric, per month.
    pub alarm: f64,
    /// `CloudWatch` dashboard, per month.
    pub dashboard: f64,
    /// `CloudWatch` custom metric, per month.
    pub custom_metric: f64,
    /// Container Insights with enhanced observability, per million observations.
    pub container_insights_million_observations: f64,
    /// Customer-managed KMS key, per month.
    pub kms_key: f64,
    /// Secrets Manager secret, per month.
    pub secret: f64,
    /// S3 standard storage, per GB and month.
    pub object_storage_gb: f64,
    /// EFS standard storage, per GB and month.
    pub file_storage_gb: f64,
    /// Data between zones, per GB and direction.
    pub cross_zone_gb: f64,
    /// Data to the internet, per GB.
    pub internet_egress_gb: f64,
}

/// The table, parsed on first use.
pub fn prices() -> &'static Prices {
    static TABLE: OnceLock<Prices> = OnceLock::new();
    TABLE.get_or_init(|| embedded("prices.json", include_str!("../../assets/prices.json")))
}
