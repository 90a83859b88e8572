//! Monthly cost: every figure of the reference calculation, to the cent.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails it by panicking, as the test itself does")]

use std::fmt::Write as _;

use deployer::{
    catalog::{
        cost::{Api, Cost, CostInput, GpuNodes, HOURS_PER_MONTH, SystemNodes, cost},
        instances::{Instance, instances},
        prices::prices,
    },
    report::cost::{CostReport, render},
};

fn instance(name: &str) -> &'static Instance {
    instances().find(name).unwrap()
}

/// A small CPU environment.
fn development() -> CostInput {
    CostInput {
        system_nodes: vec![SystemNodes::new(instance("t3.large"), 2)],
        block_storage_gb: 100.0,
        nat_gateways: 1,
        nat_data_gb: 50.0,
        public_ipv4_addresses: 1,
        load_balancer_capacity_units: 1.0,
        requests_millions: 1.0,
        web_acls: 2,
        web_acl_rules: 8,
        cloudfront_gb: 20.0,
        container_registry_gb: 50.0,
        log_gb: 10.0,
        container_insights_observations_millions: 60.0,
        alarms: 20,
        kms_keys: 4,
        secrets: 2,
        object_storage_gb: 20.0,
        ..CostInput::default()
    }
}

/// The same with a GPU in working hours.
fn gpu_development() -> CostInput {
    CostInput {
        gpu_nodes: vec![GpuNodes::new(instance("g6.2xlarge"), 1, 176.0)],
        block_storage_gb: 300.0,
        nat_data_gb: 100.0,
        container_registry_gb: 80.0,
        container_insights_observations_millions: 80.0,
        object_storage_gb: 100.0,
        ..development()
    }
}

fn gpu_production() -> CostInput {
    CostInput {
        system_nodes: vec![SystemNodes::new(instance("m6i.xlarge"), 3)],
        gpu_nodes: vec![GpuNodes::new(instance("g6e.2xlarge"), 2, HOURS_PER_MONTH)],
        block_storage_gb: 800.0,
        nat_gateways: 3,
        nat_data_gb: 200.0,
        public_ipv4_addresses: 3,
        load_balancer_capacity_units: 5.0,
        interface_endpoint_zones: 18,
        requests_millions: 20.0,
        web_acls: 2,
        web_acl_rules: 12,
        cloudfront_gb: 500.0,
        container_registry_gb: 200.0,
        log_gb: 80.0,
        container_insights_observations_millions: 300.0,
        alarms: 40,
        kms_keys: 6,
        secrets: 5,
        object_storage_gb: 500.0,
        ..CostInput::default()
    }
}

fn item(cost: &Cost, name: &str) -> f64 {
    cost.items.iter().find(|item| item.name == name).unwrap().monthly
}

#[test]
fn every_figure_of_the_reference_calculation_is_reproduced() {
    let mut text = String::new();
    for (title, input) in [
        ("A: seed-004 CPU dev, counted fully", development()),
        ("B: GPU dev (1x g6.2xlarge 176 h)", gpu_development()),
        ("C: GPU prod (2x g6e.2xlarge 24x7)", gpu_production()),
    ] {
        let cost = cost(&input);
        let total = format!("{:.2}", cost.total);
        let total = if total.len() > 6 {
            format!("{},{}", &total[..total.len() - 6], &total[total.len() - 6..])
        } else {
            total
        };
        writeln!(text, "\n== {title}: ${total}").unwrap();
        for item in &cost.items {
            writeln!(text, "   {:36} {:10.2}", item.name, item.monthly).unwrap();
        }
    }
    let unit = &prices().unit_prices;
    let break_even =
        unit.interface_endpoint_zone_hour * HOURS_PER_MONTH / (unit.nat_gateway_gb - unit.interface_endpoint_gb);
    writeln!(text, "endpoint vs NAT break-even GB/mo per AZ {break_even}").unwrap();
    writeln!(text, "t3.large x2 {}", instance("t3.large").price_per_hour * 2.0 * HOURS_PER_MONTH).unwrap();
    for name in [
        "g4dn.xlarge",
        "g5.xlarge",
        "g6.xlarge",
        "g6.2xlarge",
        "g6e.xlarge",
        "g6e.2xlarge",
        "g6e.12xlarge",
        "p4d.24xlarge",
        "p5.4xlarge",
        "p5.48xlarge",
    ] {
        writeln!(text, "{name} {:.0}", instance(name).price_per_hour * HOURS_PER_MONTH).unwrap();
    }
    let expected = include_str!("fixtures/cost.txt");
    for (number, (actual, expected)) in text.lines().zip(expected.lines()).enumerate() {
        assert_eq!(actual, expected, "line {}", number + 1);
    }
    assert_eq!(text.lines().count(), expected.lines().count());
}

#[test]
fn extended_support_costs_six_times_as_much() {
    let standard = cost(&development());
    let extended = cost(&CostInput { extended_support: true, ..development() });
    assert!((item(&extended, "EKS control plane") - 6.0 * item(&standard, "EKS control plane")).abs() < 1e-9);
    assert!((extended.total - standard.total - 365.0).abs() < 1e-9);
}

#[test]
fn the_api_decides_the_price_of_a_request() {
    let requests = |api| item(&cost(&CostInput { api, ..gpu_production() }), "API Gateway");
    assert_eq!(format!("{:.2}", requests(Api::Rest)), "70.00");
    assert_eq!(format!("{:.2}", requests(Api::Http)), "20.00");
    assert_eq!(format!("{:.2}", requests(Api::None)), "0.00");
}

#[test]
fn delivery_beyond_the_free_terabyte_is_paid() {
    let delivered = |cloudfront_gb| {
        item(&cost(&CostInput { cloudfront_gb, ..CostInput::default() }), "CloudFront (after 1 TB/10M free)")
    };
    assert_eq!(format!("{:.2} {:.2}", delivered(1024.0), delivered(1124.0)), "0.00 8.50");
}

#[test]
fn a_bill_reads_well() {
    insta::assert_snapshot!(render(&cost(&gpu_production())));
}

#[test]
fn a_bill_fits_eighty_columns() {
    for input in [CostInput::default(), development(), gpu_development(), gpu_production()] {
        for line in render(&cost(&input)).lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert!(!line.contains("-0.00"), "{line}");
        }
    }
}

#[test]
fn the_json_report_is_versioned() {
    let value = serde_json::to_value(CostReport::new(&cost(&gpu_development()))).unwrap();
    assert_eq!(value["version"], 1);
    assert_eq!(value["items"][0]["name"], "EKS control plane");
    assert_eq!(format!("{:.2}", value["total"].as_f64().unwrap()), "515.69");
}
