//! Alarms, who hears of them, and the budget.

use deployer::spec::config::{EdgeMode, NatMode, Tier};

use crate::{
    environments::{Environment, Resource, reference},
    findings::{everywhere, in_those},
    policies::statements,
};

/// The alarm with a name, without the environment's prefix.
fn alarm<'a>(environment: &'a Environment, name: &str) -> Option<Resource<'a>> {
    let name = format!("{}-{name}", environment.spec.resource_prefix());
    environment.resources("aws_cloudwatch_metric_alarm").find(move |alarm| alarm.text("alarm_name") == Some(&name))
}

/// Check 39: every row of the design's table that an environment has something to watch for.
#[test]
fn every_alarm_of_the_design_is_there() {
    everywhere(|environment, findings| {
        let all = environment.spec.tier != Tier::Dev;
        let mode = environment.spec.edge.mode;
        let mut wanted = vec![
            ("cloudfront-5xx".to_owned(), "AWS/CloudFront", "5xxErrorRate"),
            ("alb-latency".to_owned(), "AWS/ApplicationELB", "TargetResponseTime"),
            ("alb-elb-5xx".to_owned(), "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"),
            ("node-cpu".to_owned(), "ContainerInsights", "node_cpu_utilization"),
            ("node-memory".to_owned(), "ContainerInsights", "node_memory_utilization"),
            ("pod-memory".to_owned(), "ContainerInsights", "pod_memory_utilization_over_pod_limit"),
            ("failed-nodes".to_owned(), "ContainerInsights", "cluster_failed_node_count"),
        ];
        if mode == EdgeMode::Rest {
            wanted.push(("rest-api-latency".to_owned(), "AWS/ApiGateway", "Latency"));
        }
        if mode == EdgeMode::Http {
            wanted.push(("http-api-latency".to_owned(), "AWS/ApiGateway", "Latency"));
        }
        for model in &environment.spec.models {
            wanted.push((format!("{}-unhealthy-targets", model.name), "AWS/ApplicationELB", "UnHealthyHostCount"));
            if model.replicas_min > 0 {
                wanted.push((format!("{}-no-healthy-target", model.name), "AWS/ApplicationELB", "HealthyHostCount"));
            }
        }
        if all {
            wanted.extend([
                ("container-restarts".to_owned(), "ContainerInsights", "pod_number_of_container_restarts"),
                ("pending-pods".to_owned(), "AWS/EKS", "scheduler_pending_pods_UNSCHEDULABLE"),
                ("edge-waf-blocked".to_owned(), "AWS/WAFV2", "BlockedRequests"),
                ("regional-waf-blocked".to_owned(), "AWS/WAFV2", "BlockedRequests"),
            ]);
        }
        if environment.spec.monitoring.canary {
            wanted.push(("canary".to_owned(), "CloudWatchSynthetics", "SuccessPercent"));
        }
        for (name, namespace, metric) in wanted {
            let found = alarm(environment, &name);
            findings.fact(found.is_some(), || format!("{}: no alarm {name}", environment.spec.name));
            if let Some(found) = found {
                findings.text(&found, "namespace", namespace);
                findings.text(&found, "metric_name", metric);
            }
        }
        let of = |metric: &str| {
            environment
                .resources("aws_cloudwatch_metric_alarm")
                .filter(|it| it.text("metric_name") == Some(metric))
                .count()
        };
        let gateways = if all && environment.spec.network.nat != NatMode::None {
            environment.resources("aws_nat_gateway").count()
        } else {
            0
        };
        findings.fact(of("ErrorPortAllocation") == gateways, || {
            format!("{}: NAT gateways unwatched", environment.spec.name)
        });
        // CloudFront's and the load balancer's.
        let certificates = environment.resources("aws_acm_certificate").count();
        findings.fact(of("DaysToExpiry") == certificates, || {
            format!("{}: {} of {certificates} certificates are watched", environment.spec.name, of("DaysToExpiry"))
        });
    });
}

/// Check 39: rates of errors, against the number of requests.
#[test]
fn error_rates_are_watched_where_requests_pass() {
    everywhere(|environment, findings| {
        let api = match environment.spec.edge.mode {
            EdgeMode::Rest => Some(("rest-api-errors", "5XXError")),
            EdgeMode::Http => Some(("http-api-errors", "5xx")),
            EdgeMode::VpcOrigin => None,
        };
        for (name, metric) in [Some(("alb-target-errors", "HTTPCode_Target_5XX_Count")), api].into_iter().flatten() {
            let Some(found) = alarm(environment, name) else {
                findings.fact(false, || format!("{}: no alarm {name}", environment.spec.name));
                continue;
            };
            let watched = found.configuration.blocks("metric_query").any(|query| {
                query.configuration.block("metric").and_then(|it| it.attribute("metric_name")?.as_str()) == Some(metric)
            });
            findings.expect(&found, watched, metric, "must be in the rate");
            findings.argument(&found, "datapoints_to_alarm", found.number("datapoints_to_alarm") == 3, "3 of 5");
            findings.argument(&found, "evaluation_periods", found.number("evaluation_periods") == 5, "3 of 5");
        }
    });
}

/// Check 39: an alarm reaches only topics of its own Region, and somebody hears of each.
#[test]
fn every_alarm_reaches_somebody_in_its_own_region() {
    everywhere(|environment, findings| {
        let composite = environment.resource("aws_cloudwatch_composite_alarm");
        let rule = composite.text("alarm_rule").unwrap();
        let alarms = environment.resources("aws_cloudwatch_metric_alarm").chain([composite]);
        for alarm in alarms {
            let name = alarm.text("alarm_name").unwrap();
            let actions = alarm.get("alarm_actions").and_then(|it| it.elements()).unwrap_or_default();
            let spoken_for = rule.contains(&format!("ALARM(\"{name}\")"));
            findings.expect(
                &alarm,
                actions.len() == usize::from(!spoken_for),
                name,
                "one action, or the composite alarm's",
            );
            let own = alarm.text("region").unwrap_or(&environment.spec.region);
            findings.expect(
                &alarm,
                !spoken_for || own == environment.spec.region,
                own,
                "a composite sees its own Region",
            );
            // The Region of a certificate's alarm is a part of the certificate's ARN, known only in a deploy.
            if alarm.text("metric_name") == Some("DaysToExpiry") {
                continue;
            }
            for action in actions {
                let topic = environment.target(alarm.stack, reference(action).unwrap()).unwrap();
                findings.expect(
                    &alarm,
                    topic.text("region") == Some(own),
                    topic.address.clone(),
                    "must be of the alarm's Region",
                );
            }
            let edge = ["AWS/CloudFront"].contains(&alarm.text("namespace").unwrap_or_default())
                || name.ends_with("edge-waf-blocked");
            findings.expect(&alarm, !edge || own == "us-east-1", own, "CloudFront's metrics are in us-east-1");
        }
        for region in ["us-east-1", &environment.spec.region] {
            for email in &environment.spec.monitoring.emails {
                let told = environment.resources("aws_sns_topic_subscription").any(|it| {
                    it.text("endpoint") == Some(email)
                        && it.text("region") == Some(region)
                        && it.text("protocol") == Some("email")
                });
                findings.fact(told, || format!("{}: {email} hears nothing of {region}", environment.spec.name));
            }
        }
        findings.fact(!environment.spec.is_prod() || !environment.spec.monitoring.emails.is_empty(), || {
            format!("{}: nobody", environment.spec.name)
        });
    });
}

/// Check 39: a service that may publish to an encrypted topic but not use its key fails without a trace.
#[test]
fn topics_and_their_keys_admit_who_publishes() {
    everywhere(|environment, findings| {
        for topic in environment.resources("aws_sns_topic") {
            let attached = environment
                .resources("aws_sns_topic_policy")
                .find(|it| it.target("arn").is_some_and(|it| it.address == topic.address));
            let policy = statements(&attached.unwrap().target("policy").unwrap());
            let key = statements(&topic.target("kms_master_key_id").unwrap().target("policy").unwrap());
            for service in ["cloudwatch", "budgets", "events"] {
                let service = format!("{service}.amazonaws.com");
                let admitted = |statements: &[crate::policies::Statement<'_>], action: &str| {
                    statements.iter().any(|it| {
                        it.principals("Service").contains(&service.as_str()) && it.actions().contains(&action)
                    })
                };
                findings.expect(&topic, admitted(&policy, "sns:Publish"), &service, "must be allowed to publish");
                let uses = admitted(&key, "kms:GenerateDataKey*") && admitted(&key, "kms:Decrypt");
                findings.expect(&topic, uses, &service, "must be allowed to use the key");
            }
        }
    });
}

/// Check 39.
#[test]
fn the_budget_warns_before_it_is_spent() {
    everywhere(|environment, findings| {
        let budget = environment.resource("aws_budgets_budget");
        let limit: f64 = budget.text("limit_amount").unwrap().parse().unwrap();
        let wanted = f64::from(environment.spec.monitoring.monthly_budget_usd);
        findings.argument(&budget, "limit_amount", limit > 0.0 && (limit - wanted).abs() < 0.01, "as specified");
        let project = format!("user:Project${}", environment.spec.project);
        findings.argument(
            &budget,
            "cost_filter.values",
            budget.texts("cost_filter.values") == [project.as_str()],
            "by tag",
        );
        let notices: Vec<_> = budget.configuration.blocks("notification").collect();
        for (kind, threshold) in [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)] {
            let there = notices.iter().any(|it| {
                let text = |name: &str| it.configuration.attribute(name).and_then(|it| it.as_str());
                let number =
                    it.configuration.attribute("threshold").and_then(deployer::hcl::evaluate::Value::as_integer);
                text("notification_type") == Some(kind)
                    && number == Some(threshold)
                    && it.configuration.attribute("subscriber_sns_topic_arns").is_some()
            });
            findings.expect(&budget, there, format!("{kind} {threshold} %"), "must be told");
        }
    });
}

#[test]
fn events_that_no_metric_shows_reach_the_topic() {
    everywhere(|environment, findings| {
        for (rule, source) in [
            ("training-failed", "aws.sagemaker"),
            ("aws-health", "aws.health"),
            ("image-scan", "aws.ecr"),
            ("image-finding", "aws.inspector2"),
        ] {
            let name = format!("{}-{rule}", environment.spec.resource_prefix());
            let Some(found) =
                environment.resources("aws_cloudwatch_event_rule").find(|it| it.text("name") == Some(&name))
            else {
                findings.fact(false, || format!("{}: no rule {rule}", environment.spec.name));
                continue;
            };
            let pattern: serde_json::Value = serde_json::from_str(found.text("event_pattern").unwrap()).unwrap();
            findings.argument(&found, "event_pattern", pattern["source"] == serde_json::json!([source]), source);
            let target = environment.resources("aws_cloudwatch_event_target").find(|it| it.text("rule") == Some(&name));
            let topic = target.and_then(|target| target.target("arn"));
            findings.expect(&found, topic.is_some_and(|it| it.kind == "aws_sns_topic"), "target", "must be the topic");
        }
    });
}

#[test]
fn prod_is_called_by_a_canary_and_watched_for_anomalies() {
    in_those(
        |environment| environment.spec.is_prod(),
        |environment, findings| {
            let canary = environment.resource("aws_synthetics_canary");
            findings.on(&canary, "start_canary");
            let url =
                canary.get("run_config.environment_variables").and_then(|it| it.get("URL")).and_then(|it| it.as_str());
            findings.expect(
                &canary,
                url == Some("https://models.example.com/health"),
                format!("{url:?}"),
                "must come in where users do",
            );
            for kind in ["aws_ce_anomaly_monitor", "aws_ce_anomaly_subscription"] {
                findings
                    .fact(environment.resources(kind).count() == 1, || format!("{}: no {kind}", environment.spec.name));
            }
            findings.fact(alarm(environment, "traffic-anomaly").is_some(), || {
                format!("{}: no traffic anomaly", environment.spec.name)
            });
        },
    );
}
