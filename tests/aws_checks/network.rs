//! The VPC: who may come in, which tier what stands in, ways out, flow log.

use std::collections::BTreeSet;

use deployer::{
    diagnostic::Source,
    spec::{
        self,
        config::{NatMode, Tier},
    },
};
use ipnet::Ipv4Net;

use crate::{
    environments::{Resource, lookup, reference},
    findings::{Findings, everywhere, in_those},
};

/// Check 6.
#[test]
fn no_ingress_from_anywhere() {
    everywhere(|environment, findings| {
        for rule in environment.resources("aws_vpc_security_group_ingress_rule") {
            let range = rule.text("cidr_ipv4");
            let narrow = match range {
                Some(range) => range == environment.spec.network.cidr.to_string(),
                None => rule.has("referenced_security_group_id") || rule.has("prefix_list_id"),
            };
            findings.argument(
                &rule,
                "cidr_ipv4",
                narrow && !rule.has("cidr_ipv6"),
                "must be the VPC, a group or a list",
            );
            if rule.has("prefix_list_id") {
                let list = rule.target("prefix_list_id").unwrap();
                findings.text(&list, "name", "com.amazonaws.global.cloudfront.origin-facing");
            }
        }
    });
}

#[test]
fn security_group_rules_stand_alone() {
    everywhere(|environment, findings| {
        for group in environment.resources("aws_security_group") {
            let inline =
                group.configuration.blocks.iter().any(|block| ["ingress", "egress"].contains(&block.kind.as_str()));
            let attributes = group.has("ingress") || group.has("egress");
            findings.expect(&group, !inline && !attributes, "inline rules", "must be resources of their own");
        }
        for kind in ["aws_security_group_rule", "aws_network_acl_rule"] {
            findings
                .fact(environment.resources(kind).next().is_none(), || format!("{}: {kind}", environment.spec.name));
        }
    });
}

#[test]
fn only_https_leaves_for_the_internet() {
    everywhere(|environment, findings| {
        for rule in environment.resources("aws_vpc_security_group_egress_rule") {
            let open = rule.text("cidr_ipv4") == Some("0.0.0.0/0");
            let https = open && rule.number("from_port") == 443 && rule.number("to_port") == 443;
            let inside = rule.has("referenced_security_group_id");
            findings.argument(&rule, "cidr_ipv4", https || (inside && !open), "must be another group, or HTTPS");
        }
    });
}

/// Check 7.
#[test]
fn the_default_security_group_is_empty() {
    everywhere(|environment, findings| {
        let group = environment.resource("aws_default_security_group");
        findings.expect(&group, group.configuration.blocks.is_empty(), "rules", "must be none");
        findings.expect(&group, group.target("vpc_id").unwrap().kind == "aws_vpc", "vpc_id", "must be the VPC");
    });
}

/// Subnets of one tier, in two zones at least.
fn in_tier(findings: &mut Findings, resource: &Resource<'_>, path: &str, tier: &str, least: usize) {
    let subnets = resource.targets(path);
    let right = subnets.iter().all(|it| it.kind == "aws_subnet" && it.name == tier);
    let zones: BTreeSet<_> = subnets.iter().filter_map(|it| it.text("availability_zone_id")).collect();
    let complete = subnets.len() == resource.texts(path).len() && zones.len() >= least;
    findings.argument(resource, path, right && complete, &format!("must be {tier} subnets in {least} zones"));
}

/// Check 8.
#[test]
fn nodes_balancer_and_links_stand_in_their_own_subnets() {
    everywhere(|environment, findings| {
        for group in environment.resources("aws_eks_node_group") {
            let block = group.text("capacity_type") == Some("CAPACITY_BLOCK");
            in_tier(findings, &group, "subnet_ids", "private", if block { 1 } else { 2 });
            if block {
                findings.expect(&group, group.texts("subnet_ids").len() == 1, "subnets", "a block lies in one zone");
            }
        }
        let tier = if environment.is_managed() { "intra" } else { "private" };
        in_tier(findings, &environment.resource("aws_eks_cluster"), "vpc_config.subnet_ids", tier, 2);
        // A load balancer that checks tokens fetches the issuer's keys itself.
        let tier = if environment.spec.load_balancer_jwt().is_some() { "private" } else { "intra" };
        in_tier(findings, &environment.resource("aws_lb"), "subnets", tier, 2);
        for link in environment.resources("aws_apigatewayv2_vpc_link") {
            in_tier(findings, &link, "subnet_ids", "intra", 2);
        }
        for endpoint in
            environment.resources("aws_vpc_endpoint").filter(|it| it.text("vpc_endpoint_type") == Some("Interface"))
        {
            in_tier(findings, &endpoint, "subnet_ids", "private", 2);
        }
        for subnet in environment.resources("aws_subnet") {
            findings.argument(
                &subnet,
                "map_public_ip_on_launch",
                subnet.is_off("map_public_ip_on_launch"),
                "must be off",
            );
        }
    });
}

/// Check 9.
#[test]
fn no_zone_that_eks_or_a_vpc_link_lacks() {
    everywhere(|environment, findings| {
        for subnet in environment.resources("aws_subnet") {
            let zone = subnet.text("availability_zone_id").unwrap();
            let lacking = ["use1-az3", "usw1-az2", "cac1-az3"].contains(&zone);
            findings.argument(&subnet, "availability_zone_id", !lacking, "has no control plane or VPC link");
        }
    });
    let text = "project = \"chat\"\nregion = \"us-east-1\"\ntier = \"dev\"\n\
                network { az_ids = [\"use1-az1\", \"use1-az3\"] }\n\
                cluster { admins = [\"arn:aws:iam::111122223333:role/admin\"] }\n\
                model \"gpt2\" { source = \"openai-community/gpt2\" }\n";
    let problems = spec::load("dev", Source::new("environment.hcl", text)).unwrap_err();
    assert!(problems.iter().any(|problem| problem.code == "rejected-zone"), "{problems:?}");
}

/// Check 10.
#[test]
fn every_private_route_table_reaches_s3_without_nat() {
    everywhere(|environment, findings| {
        let endpoint = environment.resources("aws_vpc_endpoint").find(|it| it.name == "s3").unwrap();
        findings.text(&endpoint, "vpc_endpoint_type", "Gateway");
        let attached: BTreeSet<String> =
            endpoint.targets("route_table_ids").iter().map(|table| table.address.clone()).collect();
        for table in environment.resources("aws_route_table").filter(|table| table.name != "public") {
            findings.expect(&table, attached.contains(&table.address), "S3 endpoint", "must be attached");
        }
        let service = endpoint.text("service_name");
        let right = service.is_none_or(|service| service.ends_with(&format!(".{}.s3", environment.spec.region)));
        findings.argument(&endpoint, "service_name", right, "must be of the environment's Region");
    });
}

/// Check 11.
#[test]
fn nat_gateways_match_the_environment() {
    everywhere(|environment, findings| {
        let zones = environment.spec.network.az_ids.len();
        let gateways: Vec<_> = environment.resources("aws_nat_gateway").collect();
        let wanted = match environment.spec.network.nat {
            NatMode::None => 0,
            NatMode::Single | NatMode::Regional => 1,
            NatMode::PerAz => zones,
        };
        findings.fact(gateways.len() == wanted, || format!("{}: {} gateways", environment.spec.name, gateways.len()));
        for gateway in &gateways {
            match environment.spec.network.nat {
                NatMode::Regional => findings.text(gateway, "availability_mode", "regional"),
                _ => findings.argument(
                    gateway,
                    "subnet_id",
                    gateway.target("subnet_id").unwrap().name == "public",
                    "must be public",
                ),
            }
        }
        let routes: Vec<_> = environment.resources("aws_route").filter(|route| route.name == "private_nat").collect();
        let wanted = if environment.spec.network.nat == NatMode::None { 0 } else { zones };
        findings.fact(routes.len() == wanted, || format!("{}: {} routes to NAT", environment.spec.name, routes.len()));
        for route in routes {
            let (table, gateway) = (route.target("route_table_id").unwrap(), route.target("nat_gateway_id").unwrap());
            let own_zone = environment.spec.network.nat != NatMode::PerAz || table.key == gateway.key;
            findings.argument(&route, "nat_gateway_id", own_zone, "must be the gateway of the table's own zone");
        }
        let least = if environment.spec.is_prod() { zones } else { 0 };
        let redundant = gateways.len() >= least || environment.spec.network.nat == NatMode::Regional;
        findings.fact(redundant, || format!("{}: one zone's failure cuts prod off", environment.spec.name));
    });
}

/// Check 12.
#[test]
fn the_flow_log_is_kept() {
    everywhere(|environment, findings| {
        let log = environment.resource("aws_flow_log");
        findings.expect(&log, log.target("vpc_id").unwrap().kind == "aws_vpc", "vpc_id", "must be the VPC");
        let traffic = if environment.spec.tier == Tier::Dev { "REJECT" } else { "ALL" };
        findings.text(&log, "traffic_type", traffic);
        let group = log.target("log_destination").unwrap();
        let days = i128::from(environment.spec.network.flow_log_days);
        findings.argument(
            &group,
            "retention_in_days",
            group.number("retention_in_days") == days,
            "must be as specified",
        );
    });
}

#[test]
fn subnets_lie_apart_and_inside_the_vpc() {
    everywhere(|environment, findings| {
        let mut placed: Vec<(Ipv4Net, String)> = Vec::new();
        for subnet in environment.resources("aws_subnet") {
            let range: Ipv4Net = subnet.text("cidr_block").unwrap().parse().unwrap();
            findings.argument(
                &subnet,
                "cidr_block",
                environment.spec.network.cidr.contains(&range),
                "must be in the VPC",
            );
            let least = match subnet.name.as_str() {
                "private" => 22,
                "intra" => 26,
                _ => 28,
            };
            findings.argument(&subnet, "cidr_block", range.prefix_len() <= least, "must have addresses to spare");
            for (other, address) in &placed {
                let apart = !other.contains(&range) && !range.contains(other);
                findings.argument(&subnet, "cidr_block", apart, &format!("overlaps {address}"));
            }
            placed.push((range, subnet.address.clone()));
        }
        let zones: BTreeSet<_> =
            environment.resources("aws_subnet").map(|it| it.text("availability_zone_id").unwrap()).collect();
        findings.fact(placed.len() == 3 * zones.len(), || format!("{}: a tier misses a zone", environment.spec.name));
    });
}

#[test]
fn the_intra_tier_has_no_way_out() {
    everywhere(|environment, findings| {
        for route in environment.resources("aws_route") {
            let table = route.target("route_table_id").unwrap();
            findings.argument(&route, "route_table_id", table.name != "intra", "must have local routes only");
            if route.has("gateway_id") {
                findings.argument(
                    &route,
                    "route_table_id",
                    table.name == "public",
                    "the internet is for the public tier",
                );
            }
        }
        for association in environment.resources("aws_route_table_association") {
            let (subnet, table) =
                (association.target("subnet_id").unwrap(), association.target("route_table_id").unwrap());
            findings.expect(
                &association,
                subnet.name == table.name,
                &table.address,
                "must be a table of the subnet's tier",
            );
        }
    });
}

#[test]
fn a_private_cluster_reaches_aws_over_endpoints() {
    in_those(
        |environment| environment.spec.is_prod(),
        |environment, findings| {
            let has = |service: &str| {
                environment.resources("aws_vpc_endpoint").any(|it| {
                    let key = it.key.to_string();
                    key == format!("[\"{service}\"]") && it.is_on("private_dns_enabled")
                })
            };
            for service in ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts"] {
                findings.fact(has(service), || format!("{}: no endpoint for {service}", environment.spec.name));
            }
        },
    );
}

#[test]
fn the_vpc_resolves_private_names() {
    everywhere(|environment, findings| {
        let vpc = environment.resource("aws_vpc");
        findings.on(&vpc, "enable_dns_support");
        findings.on(&vpc, "enable_dns_hostnames");
        let gateway = environment.resource("aws_internet_gateway");
        let attached = lookup(&gateway.configuration, "vpc_id").and_then(reference);
        findings.expect(
            &gateway,
            attached.is_some_and(|id| id.ends_with("aws_vpc.this.id")),
            "vpc_id",
            "must be the VPC",
        );
    });
}
