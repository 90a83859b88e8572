//! Address ranges and availability zones of a specification.

use ipnet::Ipv4Net;

use super::{config::SubnetsConfig, resolve::Resolver};
use crate::catalog::regions::regions;

/// The widest range that may be let through to the cluster's public endpoint.
const WIDEST_PUBLIC_ACCESS: u8 = 16;

/// The VPC's range; a stand-in where the file's is wrong.
pub(super) fn vpc_range(resolver: &mut Resolver<'_>, text: Option<&str>) -> Ipv4Net {
    const POINTER: &str = "/network/cidr";
    let default = Ipv4Net::new_assert(std::net::Ipv4Addr::new(10, 0, 0, 0), 16);
    let Some(text) = text else {
        return default;
    };
    let Some(range) = parse(resolver, text, POINTER) else {
        return default;
    };
    if !(16..=20).contains(&range.prefix_len()) {
        let hint = "use /16 to /20: AWS takes no VPC above /16, and below /20 the pods run out of addresses";
        resolver.problem("wrong-value", POINTER, format!("a VPC of /{} does not work", range.prefix_len()), hint);
        return default;
    }
    if !range.network().is_private() && !is_shared(range) {
        let hint = "take it from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10";
        resolver.problem("wrong-value", POINTER, format!("`{range}` belongs to the public internet"), hint);
    }
    range
}

/// 100.64.0.0/10, which AWS recommends for pods where private addresses are scarce.
fn is_shared(range: Ipv4Net) -> bool {
    let [first, second, ..] = range.network().octets();
    first == 100 && (64..128).contains(&second)
}

fn parse(resolver: &mut Resolver<'_>, text: &str, pointer: &str) -> Option<Ipv4Net> {
    let Ok(range) = text.parse::<Ipv4Net>() else {
        let hint = "write an IPv4 range such as `10.20.0.0/16`";
        resolver.problem("wrong-value", pointer, format!("`{text}` is not an address range"), hint);
        return None;
    };
    if range.trunc() != range {
        let hint = format!("the range that holds it is `{}`", range.trunc());
        let message = format!("`{text}` is an address inside a range, not the range");
        resolver.problem("wrong-value", pointer, message, hint);
        return None;
    }
    Some(range)
}

/// A range that may reach the cluster's public endpoint.
pub(super) fn public_access_range(resolver: &mut Resolver<'_>, text: &str, pointer: &str) -> Option<Ipv4Net> {
    let range = parse(resolver, text, pointer)?;
    if range.prefix_len() < WIDEST_PUBLIC_ACCESS {
        let hint = format!("name the offices or runners that need it, /{WIDEST_PUBLIC_ACCESS} at the widest");
        let message = format!("`{text}` opens the cluster's endpoint to too much of the internet");
        resolver.problem("wrong-value", pointer, message, hint);
        return None;
    }
    Some(range)
}

/// The availability zones, by default the Region's first two or three.
pub(super) fn zones(resolver: &mut Resolver<'_>, zones: Option<&[String]>, region: &str) -> Vec<String> {
    let known = regions().find(region);
    let Some(zones) = zones else {
        let count = if resolver.is_prod() { 3 } else { 2 };
        return known.map(|region| region.zones.iter().take(count).cloned().collect()).unwrap_or_default();
    };
    for (index, zone) in zones.iter().enumerate() {
        let pointer = format!("/network/az_ids/{index}");
        let excluded = known.and_then(|region| region.excluded_zones.iter().find(|excluded| excluded.zone == *zone));
        if let Some(excluded) = excluded {
            let message = format!("`{zone}` cannot be used: {}", excluded.reason);
            resolver.problem("rejected-zone", &pointer, message, "choose another zone of the Region");
        } else if zones[..index].contains(zone) {
            resolver.problem("duplicate", &pointer, format!("`{zone}` is named twice"), "name each zone once");
        } else if let Some(region) = known
            && !region.zones.contains(zone)
        {
            // Names mean another zone in each account, ids the same in all.
            let what =
                if zone.starts_with(&region.name) { "write the zone's id instead of its name" } else { "its zone ids" };
            let hint = format!("{what}: {}", region.zones.join(", "));
            resolver.problem("unknown-zone", &pointer, format!("{} has no zone id `{zone}`", region.name), hint);
        }
    }
    zones.to_vec()
}

/// The ranges of an address plan: as many as zones, inside the VPC, apart from each other.
pub(super) fn subnets(resolver: &mut Resolver<'_>, subnets: &SubnetsConfig, vpc: Ipv4Net, zones: usize) {
    let mut placed: Vec<(String, Ipv4Net)> = Vec::new();
    for (tier, ranges) in [("public", &subnets.public), ("private", &subnets.private), ("intra", &subnets.intra)] {
        let pointer = format!("/network/subnets/{tier}");
        if ranges.len() != zones {
            let subnets = if ranges.len() == 1 { "subnet" } else { "subnets" };
            let message = format!("{} {tier} {subnets} for {zones} availability zones", ranges.len());
            resolver.problem("wrong-length", &pointer, message, "give one range for each zone, in the same order");
        }
        for (index, text) in ranges.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            if let Some(range) = parse(resolver, text, &pointer) {
                subnet(resolver, &pointer, range, vpc, &placed);
                placed.push((format!("{tier} subnet {}", index + 1), range));
            }
        }
    }
}

fn subnet(resolver: &mut Resolver<'_>, pointer: &str, range: Ipv4Net, vpc: Ipv4Net, placed: &[(String, Ipv4Net)]) {
    if !(16..=28).contains(&range.prefix_len()) {
        let message = format!("a subnet of /{} does not work", range.prefix_len());
        resolver.problem("wrong-value", pointer, message, "AWS takes /16 to /28");
    } else if !vpc.contains(&range) {
        let hint = "choose a range inside `network.cidr`";
        resolver.problem("outside-vpc", pointer, format!("`{range}` lies outside the VPC's {vpc}"), hint);
    } else if let Some((name, other)) = placed.iter().find(|(_, other)| other.contains(&range) || range.contains(other))
    {
        let message = format!("`{range}` overlaps {name} ({other})");
        resolver.problem("overlap", pointer, message, "subnets of one VPC must be apart");
    }
}
