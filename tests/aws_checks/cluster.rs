//! The cluster: who gets in, its nodes and add-ons.

use deployer::{
    catalog::instances::instances,
    spec::config::{Capacity, Tier},
};

use crate::{
    environments::{Environment, Resource, lookup},
    findings::{everywhere, in_those},
};

/// Check 17.
#[test]
fn access_is_by_entries_alone() {
    everywhere(|environment, findings| {
        let cluster = environment.resource("aws_eks_cluster");
        findings.text(&cluster, "access_config.authentication_mode", "API");
        for instance in environment.instances() {
            let config_map = instance.kind.starts_with("kubernetes_config_map");
            findings.expect(&instance, !config_map, &instance.kind, "aws-auth is gone");
        }
    });
}

/// Check 18.
#[test]
fn administrators_are_named_and_the_creator_is_none() {
    everywhere(|environment, findings| {
        let cluster = environment.resource("aws_eks_cluster");
        let path = "access_config.bootstrap_cluster_creator_admin_permissions";
        findings.argument(&cluster, path, cluster.has(path) && cluster.is_off(path), "must be false");
        let node = environment.resources("aws_iam_role").find(|role| role.name == "node").unwrap();
        let (mut principals, mut deploys) = (Vec::new(), false);
        for entry in environment.resources("aws_eks_access_entry") {
            let principal = entry.reference("principal_arn");
            let of_node = principal.contains(node.text("name").unwrap()) || principal.contains(&node.address);
            findings.argument(&entry, "principal_arn", !of_node, "EKS makes the entry of the nodes itself");
            principals.push(principal);
            deploys |= entry.target("principal_arn").is_some_and(|it| it.kind == "aws_iam_role" && it.name == "deploy");
        }
        for admin in &environment.spec.cluster.admins {
            findings.fact(principals.contains(&admin.as_str()), || {
                format!("{}: {admin} has no entry", environment.spec.name)
            });
        }
        findings.fact(deploys == environment.spec.delivery.is_some(), || {
            format!("{}: {principals:?}", environment.spec.name)
        });
        let associations: Vec<_> = environment.resources("aws_eks_access_policy_association").collect();
        findings.fact(associations.len() == principals.len(), || {
            format!("{}: an entry without a policy", environment.spec.name)
        });
        for association in associations {
            let policy = association.text("policy_arn");
            let admin =
                policy.is_some_and(|policy| policy.ends_with("cluster-access-policy/AmazonEKSClusterAdminPolicy"));
            findings.argument(&association, "policy_arn", admin, "must be the cluster's administrators'");
        }
    });
}

/// Check 19.
#[test]
fn the_api_endpoint_is_private_or_narrow() {
    everywhere(|environment, findings| {
        let cluster = environment.resource("aws_eks_cluster");
        findings.on(&cluster, "vpc_config.endpoint_private_access");
        let public = cluster.is_on("vpc_config.endpoint_public_access");
        let ranges = cluster.texts("vpc_config.public_access_cidrs");
        let wanted: Vec<String> =
            environment.spec.cluster.public_access_cidrs.iter().map(ToString::to_string).collect();
        findings.argument(
            &cluster,
            "vpc_config.public_access_cidrs",
            !public || ranges == wanted,
            "must be as specified",
        );
        let narrow = ranges.iter().all(|range| range.rsplit('/').next().unwrap().parse::<u8>().unwrap() >= 16);
        findings.argument(
            &cluster,
            "vpc_config.public_access_cidrs",
            public != ranges.is_empty() && narrow,
            "must be narrow",
        );
        let private = !environment.spec.is_prod() || !public;
        findings.argument(&cluster, "vpc_config.endpoint_public_access", private, "must be off in prod here");
        findings.argument(
            &cluster,
            "deletion_protection",
            cluster.is_on("deletion_protection") == environment.spec.is_prod(),
            "is prod's",
        );
        findings.text(&cluster, "upgrade_policy.support_type", "STANDARD");
        let path = "bootstrap_self_managed_addons";
        findings.argument(&cluster, path, cluster.has(path) && cluster.is_off(path), "must be false");
    });
}

/// Check 21.
#[test]
fn nodes_keep_their_credentials_and_disks_to_themselves() {
    in_those(Environment::is_managed, |environment, findings| {
        for template in environment.resources("aws_launch_template") {
            findings.text(&template, "metadata_options.http_tokens", "required");
            let hops = template.number("metadata_options.http_put_response_hop_limit");
            findings.argument(&template, "metadata_options.http_put_response_hop_limit", hops == 1, "must be 1");
            findings.on(&template, "block_device_mappings.ebs.encrypted");
            findings.text(&template, "block_device_mappings.ebs.volume_type", "gp3");
            let tagged: Vec<_> = template.configuration.blocks("tag_specifications").collect();
            for kind in ["instance", "volume", "network-interface"] {
                let found = tagged
                    .iter()
                    .find(|it| lookup(&it.configuration, "resource_type").and_then(|it| it.as_str()) == Some(kind));
                let tags = found.and_then(|it| lookup(&it.configuration, "tags"));
                findings.expect(&template, tags.is_some(), kind, "does not inherit the default tags");
            }
            let group = template.targets("vpc_security_group_ids");
            let own = group.len() == 1 && group[0].name == "node";
            findings.argument(&template, "vpc_security_group_ids", own, "must be the nodes' group");
        }
    });
}

/// The node group of a launch template's key.
fn group<'a>(environment: &'a Environment, name: &str) -> Option<Resource<'a>> {
    let prefix = format!("{name}-");
    environment.resources("aws_eks_node_group").find(move |group| group.text("node_group_name_prefix") == Some(&prefix))
}

/// Check 22.
#[test]
fn gpu_nodes_are_kept_for_models() {
    in_those(Environment::is_managed, |environment, findings| {
        for wanted in environment.spec.node_groups() {
            let Some(group) = group(environment, &wanted.name()) else {
                findings.fact(false, || format!("{}: no node group {}", environment.spec.name, wanted.name()));
                continue;
            };
            let gpus = instances().find(&wanted.instance).unwrap().gpus.is_some();
            findings.text(&group, "ami_type", if gpus { "AL2023_x86_64_NVIDIA" } else { "AL2023_x86_64_STANDARD" });
            let taint = group.configuration.block("taint");
            let tainted =
                group.text("taint.key") == Some("nvidia.com/gpu") && group.text("taint.effect") == Some("NO_SCHEDULE");
            findings.argument(
                &group,
                "taint.key",
                if gpus { tainted } else { taint.is_none() },
                "keeps others from GPUs",
            );
            let least = group.number("scaling_config.min_size");
            let dev = environment.spec.tier == Tier::Dev;
            findings.argument(
                &group,
                "scaling_config.min_size",
                least == i128::from(wanted.min) && (!dev || least == 0),
                "0 in dev",
            );
            let labelled = group.get("labels").and_then(|labels| labels.get("nvidia.com/gpu.present"));
            findings.argument(&group, "labels", labelled.is_some() == gpus, "the device plugin looks for its label");
            let types = group.texts("instance_types");
            match wanted.capacity {
                Capacity::Spot => {
                    findings.argument(&group, "instance_types", types.len() > 1 || !gpus, "spot needs a choice");
                }
                Capacity::OnDemand => {
                    findings.argument(&group, "instance_types", types == [wanted.instance.as_str()], "as specified");
                }
                Capacity::CapacityBlock => {
                    let template = group.target("launch_template.id").unwrap();
                    findings.text(&template, "instance_market_options.market_type", "capacity-block");
                    findings.text(&template, "instance_type", &wanted.instance);
                    let path = "capacity_reservation_specification.capacity_reservation_target.capacity_reservation_id";
                    let reservation = wanted.reservation.as_ref().unwrap();
                    findings.text(&template, path, &reservation.id);
                    for subnet in group.targets("subnet_ids") {
                        findings.text(&subnet, "availability_zone_id", &reservation.az_id);
                    }
                    findings.argument(&group, "instance_types", !group.has("instance_types"), "stands in the template");
                }
            }
            let same =
                |name: &&str| instances().find(name).unwrap().gpus == instances().find(&wanted.instance).unwrap().gpus;
            findings.argument(&group, "instance_types", types.iter().all(same), "must have the same GPUs");
        }
    });
}

#[test]
fn the_autoscaler_decides_how_many_nodes_there_are() {
    in_those(Environment::is_managed, |environment, findings| {
        for group in environment.resources("aws_eks_node_group") {
            let ignored = group.texts("lifecycle.ignore_changes");
            let right = ignored.contains(&"scaling_config[0].desired_size");
            findings.argument(&group, "lifecycle.ignore_changes", right, "must leave it to Cluster Autoscaler");
            findings.on(&group, "lifecycle.create_before_destroy");
            let role = group.target("node_role_arn").unwrap();
            findings.expect(&group, role.name == "node", &role.address, "must be the nodes' role");
        }
        // What a group without nodes cannot show, tags of its Auto Scaling group say.
        let tags: Vec<_> = environment.resources("aws_autoscaling_group_tag").collect();
        for wanted in environment.spec.node_groups() {
            let gpus = instances().find(&wanted.instance).unwrap().gpus.is_some();
            let name = wanted.name();
            let of_group = |key: &str| {
                tags.iter().any(|tag| {
                    tag.key.to_string().starts_with(&format!("[\"{name}/")) && tag.text("tag.key") == Some(key)
                })
            };
            for (key, needed) in [
                ("k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage", true),
                ("k8s.io/cluster-autoscaler/node-template/taint/nvidia.com/gpu", gpus),
                ("k8s.io/cluster-autoscaler/node-template/label/k8s.amazonaws.com/accelerator", gpus),
            ] {
                findings.fact(of_group(key) == needed, || format!("{}: {name}: {key}", environment.spec.name));
            }
        }
    });
}

/// Check 23.
#[test]
fn the_device_plugin_is_there_where_nodes_lack_it() {
    everywhere(|environment, findings| {
        let charts: Vec<_> = environment.resources("helm_release").filter_map(|chart| chart.text("chart")).collect();
        for chart in ["nvidia-device-plugin", "cluster-autoscaler", "aws-load-balancer-controller"] {
            // Auto Mode brings all three.
            let right = charts.contains(&chart) == environment.is_managed();
            findings.fact(right, || format!("{}: charts are {charts:?}", environment.spec.name));
        }
        let cluster = environment.resource("aws_eks_cluster");
        for block in ["compute_config", "storage_config", "kubernetes_network_config"] {
            let on = cluster.configuration.block(block).is_some();
            findings.expect(&cluster, on != environment.is_managed(), block, "is Auto Mode's, all or none");
        }
    });
}

/// Check 24.
#[test]
fn network_and_identity_agents_come_before_nodes() {
    everywhere(|environment, findings| {
        let addons: Vec<_> = environment.resources("aws_eks_addon").collect();
        let names: Vec<_> = addons.iter().filter_map(|addon| addon.text("addon_name")).collect();
        for (addon, collection) in [
            ("vpc-cni", "before_nodes"),
            ("kube-proxy", "before_nodes"),
            ("eks-pod-identity-agent", "before_nodes"),
            ("coredns", "coredns"),
        ] {
            let found = addons.iter().find(|it| it.text("addon_name") == Some(addon));
            let right = found.is_some_and(|it| it.name == collection) || (!environment.is_managed() && found.is_none());
            findings.fact(right, || format!("{}: add-ons are {names:?}", environment.spec.name));
        }
        for node_group in environment.resources("aws_eks_node_group") {
            let before =
                if node_group.name == "system" { "aws_eks_addon.before_nodes" } else { "aws_eks_node_group.system" };
            let waits = node_group.depends_on.iter().any(|it| it == before);
            findings.expect(&node_group, waits, node_group.depends_on.join(", "), &format!("must wait for {before}"));
        }
        for addon in addons.iter().filter(|addon| addon.text("addon_name") == Some("coredns")) {
            let waits = addon.depends_on.iter().any(|it| it == "aws_eks_node_group.system");
            findings.expect(addon, waits, addon.depends_on.join(", "), "must wait for nodes");
        }
    });
}

/// Check 40, the part of it that is Terraform's: without this every network policy is a wish.
#[test]
fn the_cni_enforces_network_policies() {
    in_those(Environment::is_managed, |environment, findings| {
        for addon in environment.resources("aws_eks_addon").filter(|it| it.text("addon_name") == Some("vpc-cni")) {
            let settings: serde_json::Value =
                serde_json::from_str(addon.text("configuration_values").unwrap()).unwrap();
            findings.argument(
                &addon,
                "configuration_values",
                settings["enableNetworkPolicy"] == "true",
                "must enforce them",
            );
        }
    });
}

#[test]
fn a_new_account_gets_its_service_linked_roles() {
    everywhere(|environment, findings| {
        let roles = environment.resources("aws_iam_service_linked_role").count();
        let wanted = if environment.spec.cluster.new_account { 3 } else { 0 };
        findings.fact(roles == wanted, || format!("{}: {roles} roles", environment.spec.name));
    });
}
