//! IAM: what policies allow, who may take a role, what bounds it.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::{
    findings::{everywhere, in_those},
    policies::{matches, statements},
};

/// Actions without resource-level permissions in AWS's service authorization reference, or whose resources are not
/// known when the policy is made and which only read.
const WITHOUT_RESOURCES: [&str; 16] = [
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeAutoScalingInstances",
    "autoscaling:DescribeLaunchConfigurations",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:DescribeTags",
    "cloudwatch:PutMetricData",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstances",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVpcs",
    "ec2:GetInstanceTypesFromInstanceRequirements",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "s3:ListAllMyBuckets",
];

/// Check 26, for the roles of pods and services.
#[test]
fn no_policy_allows_every_action_or_everything() {
    everywhere(|environment, findings| {
        for document in environment.data("aws_iam_policy_document") {
            for statement in statements(&document) {
                findings.expect(&document, !statement.is_negated(), "not_…", "must list what it means");
                // Policies of keys and buckets, checked in `encryption`, and trust.
                if statement.has_principals() || statement.denies() {
                    continue;
                }
                let actions = statement.actions();
                for action in &actions {
                    let wild = action.contains('*') || *action == "iam:PassRole";
                    findings.expect(&document, !wild, action, "must be one action, and no role is passed");
                }
                let unbounded = statement.resources().contains(&"*");
                let cannot = actions.iter().all(|action| WITHOUT_RESOURCES.contains(action));
                findings.expect(&document, !unbounded || cannot, actions.join(", "), "must name its resources");
            }
        }
    });
}

#[test]
fn attached_policies_of_aws_are_narrow() {
    everywhere(|environment, findings| {
        for attachment in environment.resources("aws_iam_role_policy_attachment") {
            let arn = attachment.reference("policy_arn");
            let broad = ["FullAccess", "AdministratorAccess", "PowerUser", "AmazonEKS_CNI_Policy"];
            let cni = attachment.name == "vpc_cni";
            let narrow = !broad.iter().any(|word| arn.contains(word)) || (cni && arn.ends_with("AmazonEKS_CNI_Policy"));
            findings.argument(&attachment, "policy_arn", narrow, "is more than the role needs");
        }
    });
}

#[test]
fn only_the_service_meant_takes_a_role() {
    everywhere(|environment, findings| {
        for role in environment.resources("aws_iam_role") {
            let document = role.target("assume_role_policy").unwrap();
            for statement in statements(&document) {
                let services = statement.principals("Service");
                let federated = statement.principals("Federated");
                findings.expect(
                    &role,
                    services.len() + federated.len() == 1,
                    services.join(", "),
                    "must be one principal",
                );
                // EC2 and Lambda take a role only as PassRole lets them; API Gateway and ECR document no condition.
                let alone = ["ec2", "lambda", "apigateway", "ecr"].map(|name| format!("{name}.amazonaws.com"));
                let guards = [
                    "aws:SourceAccount",
                    "aws:RequestTag/kubernetes-service-account",
                    "token.actions.githubusercontent.com:sub",
                ];
                let guarded = guards.iter().any(|guard| !statement.condition(guard).is_empty());
                let exempt = services.iter().all(|it| alone.iter().any(|name| name == it)) && federated.is_empty();
                findings.expect(&role, guarded || exempt, services.join(", "), "needs a confused-deputy condition");
            }
        }
    });
}

#[test]
fn every_role_of_prod_has_the_boundary() {
    in_those(
        |environment| environment.spec.is_prod(),
        |environment, findings| {
            for role in environment.resources("aws_iam_role") {
                findings.text(&role, "permissions_boundary", environment.spec.permissions_boundary().unwrap());
            }
        },
    );
}

#[test]
fn github_deploys_from_its_environment_only() {
    in_those(
        |environment| environment.spec.delivery.is_some(),
        |environment, findings| {
            let role = environment.resources("aws_iam_role").find(|role| role.name == "deploy").unwrap();
            let document = role.target("assume_role_policy").unwrap();
            let [statement] = statements(&document).try_into().unwrap_or_else(|_| panic!("one statement"));
            let wanted = format!("repo:example/models:environment:{}", environment.spec.name);
            let subjects = statement.condition("token.actions.githubusercontent.com:sub");
            findings.expect(&document, subjects == [wanted.as_str()], subjects.join(", "), "must be the environment");
            let audience = statement.condition("token.actions.githubusercontent.com:aud");
            findings.expect(&document, audience == ["sts.amazonaws.com"], audience.join(", "), "must be STS");
            let actions = statement.actions();
            findings.expect(&document, actions == ["sts:AssumeRoleWithWebIdentity"], actions.join(", "), "one action");
            findings.expect(
                &role,
                role.number("max_session_duration") <= 43200,
                "session",
                "is longer than IAM's limit",
            );
            for provider in environment.resources("aws_iam_openid_connect_provider") {
                findings.argument(&provider, "thumbprint_list", !provider.has("thumbprint_list"), "IAM needs none");
                findings.argument(
                    &provider,
                    "client_id_list",
                    provider.texts("client_id_list") == ["sts.amazonaws.com"],
                    "STS",
                );
            }
        },
    );
}

/// The statements of the deploy role's policies.
fn deploy_statements(environment: &crate::environments::Environment) -> Vec<(String, Json)> {
    let policies = environment.resources("aws_iam_policy");
    let documents =
        policies.map(|it| (it.place(), it.text("policy").unwrap_or_else(|| panic!("{}", it.place())).to_owned()));
    documents
        .flat_map(|(place, text)| {
            let document: Json = serde_json::from_str(&text).unwrap();
            let statements = document["Statement"].as_array().unwrap().clone();
            statements.into_iter().map(move |statement| (place.clone(), statement)).collect::<Vec<_>>()
        })
        .collect()
}

fn strings(value: &Json) -> Vec<&str> {
    match value {
        Json::String(text) => vec![text],
        other => other.as_array().into_iter().flatten().filter_map(Json::as_str).collect(),
    }
}

/// Check 26, for the deploy role.
#[test]
fn the_deploy_role_has_no_wildcard_action_and_passes_only_its_own_roles() {
    in_those(
        |environment| environment.spec.delivery.is_some(),
        |environment, findings| {
            let prefix = format!("arn:aws:iam::111122223333:role/{}-", environment.spec.resource_prefix());
            for (place, statement) in deploy_statements(environment) {
                let (actions, resources) = (strings(&statement["Action"]), strings(&statement["Resource"]));
                findings.fact(statement.get("NotAction").is_none() && statement.get("NotResource").is_none(), || {
                    format!("{place}: {statement}: must list what it means")
                });
                for action in &actions {
                    findings.fact(!action.contains('*'), || format!("{place}: {action} is a wildcard"));
                }
                if actions.contains(&"iam:PassRole") {
                    let own = resources.iter().all(|it| it.starts_with(&prefix));
                    let services = strings(&statement["Condition"]["StringEquals"]["iam:PassedToService"]);
                    findings.fact(own && !services.is_empty(), || format!("{place}: {statement}: passes any role"));
                }
                let changes_roles = actions
                    .iter()
                    .any(|it| it.starts_with("iam:") && it.contains("Role") && !it.contains("ServiceLinked"));
                let own = |it: &&str| {
                    it.starts_with(&prefix) || it.contains(":oidc-provider/") || it.contains("role/aws-service-role/")
                };
                findings.fact(!changes_roles || resources.iter().all(own), || {
                    format!("{place}: {statement}: reaches roles of others")
                });
            }
        },
    );
}

#[test]
fn the_deploy_role_cannot_shed_the_boundary() {
    const BOUNDED: [&str; 4] =
        ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"];
    in_those(
        |environment| environment.spec.permissions_boundary().is_some(),
        |environment, findings| {
            let boundary = environment.spec.permissions_boundary().unwrap();
            let mut seen = BTreeSet::new();
            for (place, statement) in deploy_statements(environment) {
                for action in strings(&statement["Action"]) {
                    findings.fact(action != "iam:DeleteRolePermissionsBoundary", || format!("{place}: {action}"));
                    if let Some(action) = BOUNDED.iter().find(|bounded| **bounded == action) {
                        seen.insert(*action);
                        let held = strings(&statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"]);
                        findings
                            .fact(held == [boundary], || format!("{place}: {action} makes roles without a boundary"));
                    }
                    let own = strings(&statement["Resource"]).iter().any(|it| matches(it, boundary));
                    findings.fact(!own || !action.starts_with("iam:") || !action.contains("Policy"), || {
                        format!("{place}: {action} on the boundary itself")
                    });
                }
            }
            findings.fact(seen.len() == BOUNDED.len(), || format!("{}: only {seen:?}", environment.spec.name));
            // Whatever other policies may come to allow, this is denied, except to make roles within the boundary.
            let inline = environment.resources("aws_iam_role_policy").find(|it| it.name == "deploy_boundary").unwrap();
            let inline_statements = statements(&inline.target("policy").unwrap());
            let denies = |action: &str, resource: &str, unless: &[&str]| {
                inline_statements.iter().any(|it| {
                    it.denies()
                        && it.actions().contains(&action)
                        && it.resources() == [resource]
                        && it.condition("iam:PermissionsBoundary") == unless
                        && it.operators().iter().all(|operator| *operator == "StringNotEquals")
                })
            };
            for action in BOUNDED {
                findings.expect(&inline, denies(action, "*", &[boundary]), action, "must keep within the boundary");
            }
            for (action, resource) in [
                ("iam:DeleteRolePermissionsBoundary", "*"),
                ("iam:CreatePolicyVersion", boundary),
                ("iam:DeletePolicyVersion", boundary),
                ("iam:SetDefaultPolicyVersion", boundary),
            ] {
                findings.expect(&inline, denies(action, resource, &[]), action, "must be denied");
            }
            let role = environment.resources("aws_iam_role").find(|role| role.name == "deploy").unwrap();
            findings.text(&inline, "role", role.text("name").unwrap());
        },
    );
}

/// CloudFront's certificate, firewall, logs and alarms live there, wherever the rest does.
#[test]
fn the_deploy_role_reaches_both_regions() {
    in_those(
        |environment| environment.spec.delivery.is_some(),
        |environment, findings| {
            let statements = deploy_statements(environment);
            for (service, action) in [
                ("acm", "acm:DeleteCertificate"),
                ("cloudwatch", "cloudwatch:PutMetricAlarm"),
                ("kms", "kms:ScheduleKeyDeletion"),
                ("logs", "logs:CreateLogGroup"),
                ("sns", "sns:CreateTopic"),
                ("wafv2", "wafv2:CreateWebACL"),
            ] {
                // Dev has no certificate without a domain.
                if service == "acm" && environment.spec.edge.domain.is_none() {
                    continue;
                }
                for region in ["us-east-1", &environment.spec.region] {
                    let wanted = format!("arn:aws:{service}:{region}:");
                    let allowed = statements.iter().any(|(_, statement)| {
                        strings(&statement["Action"]).contains(&action)
                            && strings(&statement["Resource"]).iter().any(|it| it.starts_with(&wanted))
                    });
                    findings.fact(allowed, || format!("{}: no {action} in {region}", environment.spec.name));
                }
            }
        },
    );
}

#[test]
fn the_deploy_policies_fit_iams_limits() {
    in_those(
        |environment| environment.spec.delivery.is_some(),
        |environment, findings| {
            let policies: Vec<_> = environment.resources("aws_iam_policy").collect();
            findings.fact(policies.len() <= 10, || format!("{}: {} policies", environment.spec.name, policies.len()));
            for policy in &policies {
                let size = policy.text("policy").unwrap().chars().filter(|it| !it.is_whitespace()).count();
                findings.expect(policy, size <= 6144, size, "IAM takes 6144 characters");
            }
        },
    );
}

/// Check 25.
#[test]
fn pods_take_their_role_through_pod_identity() {
    everywhere(|environment, findings| {
        let mut accounts = BTreeSet::new();
        for association in environment.resources("aws_eks_pod_identity_association") {
            let (namespace, account) =
                (association.text("namespace").unwrap(), association.text("service_account").unwrap());
            findings.expect(&association, accounts.insert((namespace, account)), account, "has a second association");
            let role = association.target("role_arn").unwrap();
            let [statement] =
                statements(&role.target("assume_role_policy").unwrap()).try_into().unwrap_or_else(|_| panic!("one"));
            let actions = statement.actions();
            findings.expect(&role, actions == ["sts:AssumeRole", "sts:TagSession"], actions.join(", "), "must be both");
            let service = statement.principals("Service");
            findings.expect(&role, service == ["pods.eks.amazonaws.com"], service.join(", "), "must be Pod Identity");
            let cluster = format!(
                "arn:aws:eks:{}:111122223333:cluster/{}",
                environment.spec.region,
                environment.spec.resource_prefix()
            );
            for (tag, wanted) in [
                ("kubernetes-namespace", namespace),
                ("kubernetes-service-account", account),
                ("eks-cluster-arn", cluster.as_str()),
            ] {
                let values = statement.condition(&format!("aws:RequestTag/{tag}"));
                findings.expect(&role, values == [wanted], values.join(", "), &format!("{tag} must be {wanted}"));
            }
        }
        for model in &environment.spec.models {
            for purpose in ["model", "stage"] {
                let account = format!("{purpose}-{}", model.name);
                findings.fact(accounts.contains(&("models", account.as_str())), || {
                    format!("{}: {account} has no role", environment.spec.name)
                });
            }
        }
        for (kind, name) in [("aws_eks_addon", "vpc_cni"), ("aws_eks_addon", "cloudwatch")] {
            for addon in environment
                .resources(kind)
                .filter(|addon| addon.name == name || addon.text("addon_name") == Some("vpc-cni"))
            {
                let role = addon.target("pod_identity_association.role_arn");
                findings.expect(
                    &addon,
                    role.is_some_and(|role| role.kind == "aws_iam_role"),
                    "role",
                    "must come from Pod Identity",
                );
            }
        }
    });
}

#[test]
fn pods_read_their_own_model_only() {
    everywhere(|environment, findings| {
        for model in &environment.spec.models {
            for purpose in ["read", "stage"] {
                let name = format!("{purpose}_{}", model.identifier());
                let document = environment.data("aws_iam_policy_document").find(|it| it.name == name).unwrap();
                let statements = statements(&document);
                let writes = statements
                    .iter()
                    .flat_map(super::policies::Statement::actions)
                    .any(|it| it.starts_with("s3:Put") || it.starts_with("s3:Delete"));
                findings.expect(&document, writes == (purpose == "stage"), writes, "only staging writes");
                let token = statements.iter().any(|it| it.actions() == ["secretsmanager:GetSecretValue"]);
                findings.expect(
                    &document,
                    token == (purpose == "stage" && model.gated),
                    token,
                    "only staging a gated model reads the token",
                );
                for statement in &statements {
                    for resource in statement.resources() {
                        let objects = resource.ends_with(&format!("/{}/*", model.name));
                        let whole =
                            statement.actions() == ["s3:ListBucket"] || !statement.actions()[0].starts_with("s3:");
                        findings.expect(&document, objects || whole, resource, "must be the model's prefix");
                    }
                    if statement.actions() == ["s3:ListBucket"] {
                        let prefix = statement.condition("s3:prefix");
                        findings.expect(
                            &document,
                            prefix == [format!("{}/*", model.name).as_str()],
                            prefix.join(", "),
                            "its prefix",
                        );
                    }
                }
            }
        }
    });
}
