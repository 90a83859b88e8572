//! The edge of a specification: mode, authentication, domain, firewall.

use super::{
    config::{Auth, EdgeConfig, EdgeMode, Firewall, PriceClass, Tier},
    environment::{Domain, Edge},
    resolve::{Resolver, word},
};

/// The way in, with the defaults of its mode and tier.
pub(super) fn resolve(resolver: &mut Resolver<'_>, config: &EdgeConfig) -> Edge {
    let mode = config.mode.unwrap_or(EdgeMode::Rest);
    let auth = resolve_auth(resolver, config, mode);
    let firewall =
        config.firewall.unwrap_or(if resolver.tier == Tier::Dev { Firewall::Count } else { Firewall::Block });
    if resolver.is_prod() && firewall == Firewall::Count {
        let hint = "use `block`; `count` is for trying rules out before production";
        resolver.demand("/edge/firewall", "the firewall of prod must block", hint);
    }
    let stream = config.stream.unwrap_or(mode != EdgeMode::Http);
    if stream && mode == EdgeMode::Http {
        let hint = "use `mode = \"rest\"` or `\"vpc_origin\"`, or leave `stream` out";
        resolver.problem("conflict", "/edge/stream", "an HTTP API cannot stream", hint);
    }
    for (index, country) in config.allow_countries.iter().flatten().enumerate() {
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let message = format!("`{country}` is not a country code");
            let hint = "two capital letters of ISO 3166-1, for example `DE`";
            resolver.problem("wrong-value", &format!("/edge/allow_countries/{index}"), message, hint);
        }
    }
    Edge {
        mode,
        rate_limit: config.rate_limit.unwrap_or(100),
        auth,
        jwt: config.jwt.clone(),
        domain: resolve_domain(resolver, config),
        firewall,
        allow_countries: config.allow_countries.clone().unwrap_or_default(),
        price_class: config.price_class.unwrap_or(PriceClass::Class100),
        throttle_rate: config.throttle_rate.unwrap_or(50),
        throttle_burst: config.throttle_burst.unwrap_or(100),
        stream,
        owns_api_logging: config.owns_api_logging.unwrap_or(true),
    }
}

/// Callers' proof, which each mode offers differently: a REST API has keys and signatures, an HTTP API tokens and
/// signatures, and the load balancer behind a VPC origin tokens (`aws.md`, section 0).
fn resolve_auth(resolver: &mut Resolver<'_>, config: &EdgeConfig, mode: EdgeMode) -> Auth {
    let (allowed, default): (&[Auth], Auth) = match (mode, resolver.is_prod()) {
        (EdgeMode::Rest, false) => (&[Auth::ApiKey, Auth::Iam, Auth::None], Auth::ApiKey),
        (EdgeMode::Rest, true) => (&[Auth::ApiKey, Auth::Iam, Auth::None], Auth::Iam),
        (EdgeMode::Http, _) => (&[Auth::Jwt, Auth::Iam, Auth::None], Auth::Iam),
        (EdgeMode::VpcOrigin, false) => (&[Auth::Jwt, Auth::None], Auth::None),
        (EdgeMode::VpcOrigin, true) => (&[Auth::Jwt, Auth::None], Auth::Jwt),
    };
    let auth = config.auth.unwrap_or(default);
    let is_prod = resolver.is_prod();
    if auth == Auth::None && config.auth.is_none() {
        let hint = "set `auth = \"jwt\"` with a block `jwt`, or `auth = \"none\"` to let anybody use the GPUs";
        resolver.problem("missing-argument", "/edge/auth", "say how callers prove who they are", hint);
    }
    let offered = || {
        let names = allowed.iter().filter(|auth| !is_prod || **auth != Auth::None);
        names.map(|auth| format!("`{}`", word(auth))).collect::<Vec<_>>().join(", ")
    };
    if !allowed.contains(&auth) {
        let message = format!("`{}` does not work in `{}` mode", word(&auth), word(&mode));
        resolver.problem("conflict", "/edge/auth", message, format!("this mode offers {}", offered()));
        return auth;
    }
    if resolver.is_prod() && auth == Auth::None {
        let hint = format!("this mode offers {}", offered());
        resolver.demand("/edge/auth", "prod must know its callers", hint);
    }
    if mode == EdgeMode::VpcOrigin && config.jwt.as_ref().is_some_and(|jwt| jwt.audience.len() != 1) {
        let hint = "name one; a load balancer accepts no more";
        resolver.problem("wrong-length", "/edge/jwt/audience", "a load balancer checks one audience", hint);
    }
    if mode == EdgeMode::VpcOrigin && auth == Auth::Jwt && config.domain.is_none() && !is_prod {
        let hint = "add `domain` and `hosted_zone_id` to block `edge`, or use `mode = \"http\"`";
        let message = "the load balancer checks tokens on HTTPS only, for which it needs a domain";
        resolver.problem("missing-argument", "/edge/domain", message, hint);
    }
    if auth == Auth::Jwt && config.jwt.is_none() {
        let hint = "add a block `jwt` with `issuer` and `audience` to block `edge`";
        resolver.problem("missing-block", "/edge/jwt", "tokens need an issuer: block `jwt` is missing", hint);
    }
    if auth != Auth::Jwt && config.jwt.is_some() {
        let hint = "set `auth = \"jwt\"`, or take the block out";
        resolver.problem("conflict", "/edge/jwt", "block `jwt` has no effect without `auth = \"jwt\"`", hint);
    }
    auth
}

/// The first name of a certificate has 64 characters at most (ACM API reference, `RequestCertificate`), and the load
/// balancer's is `origin.` and the domain.
const LONGEST_DOMAIN: usize = 64 - "origin.".len();

fn resolve_domain(resolver: &mut Resolver<'_>, config: &EdgeConfig) -> Option<Domain> {
    if let Some(name) = config.domain.as_ref().filter(|name| !is_domain(name)) {
        let message = format!("`{name}` is not a domain name");
        resolver.problem("wrong-value", "/edge/domain", message, "for example `models.example.com`");
    } else if let Some(name) = config.domain.as_ref().filter(|name| name.len() > LONGEST_DOMAIN) {
        let message = format!("`{name}` has {} characters, {LONGEST_DOMAIN} at most fit", name.len());
        let hint = "the load balancer's certificate is for `origin.` and this name, and ACM takes 64 characters";
        resolver.problem("wrong-value", "/edge/domain", message, hint);
    }
    match (&config.domain, &config.hosted_zone_id) {
        (Some(name), Some(hosted_zone_id)) => {
            return Some(Domain { name: name.clone(), hosted_zone_id: hosted_zone_id.clone() });
        }
        // The other half of the pair is there, but wrong.
        (Some(_), None) if resolver.is_replaced("/edge/hosted_zone_id") => {}
        (None, _) if resolver.is_replaced("/edge/domain") => {}
        (Some(_), None) => {
            let hint = "add `hosted_zone_id`: the certificate is validated by a record in that zone";
            resolver.problem("missing-argument", "/edge/domain", "a domain needs its hosted zone", hint);
        }
        (None, Some(_)) => {
            let hint = "add `domain`, or take it out";
            resolver.problem("missing-argument", "/edge/hosted_zone_id", "a hosted zone without a domain", hint);
        }
        (None, None) if resolver.is_prod() => {
            let hint = "add `domain` and `hosted_zone_id` to block `edge`: with CloudFront's own certificate clients may use TLS 1.0, \
                        and the load balancer has no certificate for HTTPS";
            resolver.demand("/edge/domain", "prod needs a domain of its own", hint);
        }
        (None, None) => {}
    }
    None
}

/// Host names as certificates take them: labels of letters, digits and inner hyphens, at least two.
pub(super) fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}
