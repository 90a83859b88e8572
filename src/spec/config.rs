//! What `environment.hcl` may say: one type per block, one field per argument.
//!
//! These types are the only description of the file. The JSON Schema that editors use, the structural check with its
//! did-you-mean, and the decoding all come from them. A field left out is `None` here; what stands for it depends on
//! the tier and is decided in `spec::environment`.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::models::{Dtype, Engine, Task};

/// One environment of a workspace: where it runs, which models it serves, how it is reached and watched.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentConfig {
    /// Project name, the first part of every resource name: 2 to 16 lower-case letters, digits or hyphens,
    /// starting with a letter.
    #[schemars(pattern("^[a-z][a-z0-9-]{1,15}$"), example = &"huggingface")]
    pub project: String,
    /// AWS Region the environment runs in.
    #[schemars(example = &"us-east-1")]
    pub region: String,
    /// What the environment is for; sets every default that the file does not set.
    #[schemars(example = &"dev")]
    pub tier: Tier,
    /// Account the environment belongs to: 12 digits. A deploy with credentials of another account is refused.
    #[schemars(pattern("^[0-9]{12}$"))]
    pub account_id: Option<String>,
    /// Tags added to every resource.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The VPC.
    #[serde(default)]
    pub network: NetworkConfig,
    /// The Kubernetes cluster.
    #[serde(default)]
    pub cluster: ClusterConfig,
    /// The container registry.
    #[serde(default)]
    pub registry: RegistryConfig,
    /// The models served, by the name that requests use.
    #[serde(default)]
    pub model: IndexMap<String, ModelConfig>,
    /// The way in from the internet.
    #[serde(default)]
    pub edge: EdgeConfig,
    /// Alarms, logs and budget.
    #[serde(default)]
    pub monitoring: MonitoringConfig,
    /// Who deploys, when it is not a person.
    pub delivery: Option<DeliveryConfig>,
}

/// What an environment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Cheap, quick to throw away.
    Dev,
    /// Shaped like production, sized like development.
    Staging,
    /// Serves people; what protects them is demanded, not only the default.
    Prod,
}

/// The VPC.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// Address range of the VPC, /16 to /20. Default 10.0.0.0/16.
    pub cidr: Option<String>,
    /// Availability zone ids, two or three. Default: the first two (dev, staging) or three (prod) of the Region.
    #[schemars(length(min = 2, max = 3))]
    pub az_ids: Option<Vec<String>>,
    /// How private subnets reach the internet. Default: single (dev, staging), `per_az` (prod).
    pub nat: Option<NatMode>,
    /// AWS services reached through interface endpoints, for example `ecr.api`. Default: none (dev, staging), those a
    /// private cluster needs (prod).
    pub interface_endpoints: Option<Vec<String>>,
    /// Days to keep flow logs. Default 30, prod 90.
    pub flow_log_days: Option<u32>,
    /// Address ranges of the subnets, where they come from an address plan. Default: carved out of `cidr`.
    pub subnets: Option<SubnetsConfig>,
}

/// Address ranges of the subnets, one per availability zone in each list.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubnetsConfig {
    /// Subnets with a route to the internet gateway: NAT gateways only.
    pub public: Vec<String>,
    /// Subnets of the nodes and pods; the VPC CNI takes one address per pod, so /19 to /21.
    pub private: Vec<String>,
    /// Subnets without a route out: load balancer, VPC link and control plane.
    pub intra: Vec<String>,
}

/// How private subnets reach the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NatMode {
    /// Not at all.
    None,
    /// One NAT gateway for all zones: cheap, and gone with its zone.
    Single,
    /// One NAT gateway in each zone.
    PerAz,
    /// One regional NAT gateway that spans the zones.
    Regional,
}

/// The Kubernetes cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterConfig {
    /// IAM roles or users that administer the cluster. At least one.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub admins: Vec<String>,
    /// Who runs the nodes. Default `managed`.
    pub compute: Option<ComputeMode>,
    /// Kubernetes version, for example `1.34`.
    pub kubernetes_version: Option<String>,
    /// Address ranges that may reach the public API endpoint; empty for a private cluster. Default: empty.
    pub public_access_cidrs: Option<Vec<String>>,
    /// Instance type of the nodes that run everything but models. Default: t3.large (dev, staging), m6i.xlarge (prod).
    pub system_instance: Option<String>,
    /// Number of those nodes. Default: 2, prod 3.
    #[schemars(range(min = 1, max = 50))]
    pub system_nodes: Option<u32>,
    /// How model nodes are bought, unless a model says otherwise. Default: spot (dev), `on_demand` (staging, prod).
    pub capacity: Option<Capacity>,
    /// Whether the account has never run instances and load balancers, so lacks the roles that AWS makes with the first.
    /// Default false.
    pub new_account: Option<bool>,
    /// Whether the cluster refuses to be deleted. Default: only in prod, where it is demanded.
    pub deletion_protection: Option<bool>,
}

/// Who runs the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ComputeMode {
    /// EKS managed node groups, one for each instance type that models need.
    Managed,
    /// EKS Auto Mode: AWS picks, patches and replaces nodes.
    Auto,
}

/// How nodes are bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// At the list price, whenever there is some.
    OnDemand,
    /// Spare capacity with two minutes' notice.
    Spot,
    /// A reserved block of GPU time.
    CapacityBlock,
}

/// The container registry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistryConfig {
    /// Vulnerability scanner. Default: basic, prod enhanced.
    pub scan: Option<ScanMode>,
    /// Number of tagged images kept. Default 30.
    #[schemars(range(min = 2, max = 1000))]
    pub keep_images: Option<u32>,
    /// Registries whose images are pulled through this one, for example `registry.k8s.io`: for clusters that must not
    /// reach them. Default: none.
    pub pull_through: Option<Vec<String>>,
    /// Whether this environment owns the account-wide scanning setting of its Region. One environment per account and
    /// Region may. Default true.
    pub owns_scanning: Option<bool>,
}

/// Vulnerability scanner of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScanMode {
    /// Operating-system packages, on push.
    Basic,
    /// Amazon Inspector: language packages too, and again whenever a new vulnerability is known.
    Enhanced,
}

/// A model and how much of it to run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// Repository on the Hugging Face hub, `organisation/name`.
    #[schemars(pattern("^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$"), example = &"openai-community/gpt2")]
    pub source: String,
    /// Commit, branch or tag of the repository. Default `main`, which can change under running replicas; a commit cannot.
    pub revision: Option<String>,
    /// What the model does. Default: what the catalogue knows of it.
    pub task: Option<Task>,
    /// Inference engine. Default: by task.
    pub engine: Option<Engine>,
    /// Instance type, or `auto` for the cheapest that the model fits into. Default `auto`.
    pub instance: Option<String>,
    /// Number format of the weights. Default: float16.
    pub dtype: Option<Dtype>,
    /// Tokens of context to hold per request.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub context: Option<u32>,
    /// Requests in flight at once per replica.
    #[schemars(range(min = 1, max = 4096))]
    pub batch: Option<u32>,
    /// Number of parameters in billions, for a model that the catalogue does not know.
    #[schemars(range(min = 0.001, max = 5000.0))]
    pub parameters_billion: Option<f64>,
    /// Pods to run. Default: 1 to 2; prod 2 to 4.
    pub replicas: Option<ReplicasConfig>,
    /// How this model's nodes are bought. Default: the cluster's `capacity`.
    pub capacity: Option<Capacity>,
    /// EC2 capacity reservation, needed for `capacity_block`: `cr-` and 17 hexadecimal digits.
    #[schemars(pattern("^cr-[0-9a-f]{17}$"))]
    pub reservation_id: Option<String>,
    /// Availability zone id of that reservation, one of the network's.
    pub reservation_az_id: Option<String>,
}

/// Pods to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicasConfig {
    /// At least this many.
    #[schemars(range(min = 0, max = 1000), example = 1)]
    pub min: u32,
    /// At most this many.
    #[schemars(range(min = 1, max = 1000), example = 1)]
    pub max: u32,
}

/// The way in from the internet.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EdgeConfig {
    /// What stands between CloudFront and the load balancer. Default `rest`.
    pub mode: Option<EdgeMode>,
    /// Requests that one address may make in 60 seconds, at least 10. Default 100.
    #[schemars(range(min = 10, max = 2_000_000_000))]
    pub rate_limit: Option<u32>,
    /// How callers prove who they are. Default by mode and tier.
    pub auth: Option<Auth>,
    /// The token issuer, for `auth = "jwt"`.
    pub jwt: Option<JwtConfig>,
    /// Domain name of the endpoint, for example `models.example.com`. Default: CloudFront's own name.
    pub domain: Option<String>,
    /// Route 53 hosted zone that holds the domain, for example `Z0123456789EXAMPLE`.
    #[schemars(pattern("^Z[0-9A-Z]{5,31}$"))]
    pub hosted_zone_id: Option<String>,
    /// Whether the firewall blocks or only counts. Default: count (dev), block (staging, prod).
    pub firewall: Option<Firewall>,
    /// Countries that may call, as two-letter codes; empty for all.
    pub allow_countries: Option<Vec<String>>,
    /// Where CloudFront answers from. Default `PriceClass_100`.
    pub price_class: Option<PriceClass>,
    /// Requests per second that the API lets through. Default 50.
    #[schemars(range(min = 1, max = 10_000))]
    pub throttle_rate: Option<u32>,
    /// Requests beyond that rate taken at once. Default 100.
    #[schemars(range(min = 1, max = 5000))]
    pub throttle_burst: Option<u32>,
    /// Whether answers stream. Not in `http` mode. Default true where the mode can.
    pub stream: Option<bool>,
    /// Whether this environment owns the account's setting for API Gateway logs in its Region. One environment per
    /// account and Region may. Default true.
    pub owns_api_logging: Option<bool>,
}

impl JwtConfig {
    /// URL of the issuer's signing keys.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        self.jwks_url.clone().unwrap_or_else(|| format!("{}/.well-known/jwks.json", self.issuer.trim_end_matches('/')))
    }
}

/// What stands between CloudFront and the load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EdgeMode {
    /// A regional REST API with a VPC link.
    Rest,
    /// An HTTP API with a VPC link: cheaper, 30 seconds at most, no streaming.
    Http,
    /// Nothing: CloudFront reaches the internal load balancer itself.
    VpcOrigin,
}

/// How callers prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// A key in the `x-api-key` header (`rest`).
    ApiKey,
    /// A token of an OpenID Connect issuer (`http`, `vpc_origin`).
    Jwt,
    /// Signed AWS requests (`rest`, `http`).
    Iam,
    /// Not at all; refused in prod.
    None,
}

/// An OpenID Connect issuer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JwtConfig {
    /// Issuer URL, beginning with `https://`.
    #[schemars(pattern("^https://"), example = &"https://issuer.example.com")]
    pub issuer: String,
    /// Accepted audiences.
    #[schemars(length(min = 1))]
    pub audience: Vec<String>,
    /// URL of the signing keys, beginning with `https://`. Default: `/.well-known/jwks.json` under the issuer.
    #[schemars(pattern("^https://"))]
    pub jwks_url: Option<String>,
}

/// Whether the firewall blocks or only counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Firewall {
    /// Counts what it would block.
    Count,
    /// Blocks.
    Block,
}

/// Where CloudFront answers from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum PriceClass {
    /// North America, Europe and Israel.
    #[serde(rename = "PriceClass_100")]
    Class100,
    /// Also Asia, the Middle East and Africa.
    #[serde(rename = "PriceClass_200")]
    Class200,
    /// Everywhere.
    #[serde(rename = "PriceClass_All")]
    ClassAll,
}

/// Alarms, logs and budget.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonitoringConfig {
    /// Addresses that alarms are mailed to; prod needs one.
    #[serde(default)]
    pub emails: Vec<String>,
    /// Monthly budget in US dollars; warnings at 80 % and 100 %. Default 600; prod must say.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub monthly_budget_usd: Option<u32>,
    /// Slowest acceptable 95th percentile of answers, in seconds. Default 10.
    #[schemars(range(min = 1, max = 900))]
    pub p95_target_seconds: Option<u32>,
    /// Days to keep logs. Default 14, prod 90.
    pub log_days: Option<u32>,
    /// Whether a synthetic caller asks every five minutes. Default: only in prod.
    pub canary: Option<bool>,
    /// Whether unusual spending is reported. Default: only in prod.
    pub anomaly_detection: Option<bool>,
}

/// Who deploys, when it is not a person.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryConfig {
    /// GitHub repository whose workflow deploys this environment, `owner/name`.
    #[schemars(pattern("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$"), example = &"example/models")]
    pub github_repository: String,
    /// Whether this environment owns the account's GitHub identity provider. One per account may. Default true.
    pub owns_identity_provider: Option<bool>,
    /// Permissions boundary of every role made; prod needs one.
    pub permissions_boundary_arn: Option<String>,
}
