//! Functions of IP networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::{Function, arguments::Arguments};
use crate::hcl::evaluate::{Failure, Outcome, Value, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::exactly("cidrhost", 2, host),
    Function::exactly("cidrnetmask", 1, netmask),
    Function::exactly("cidrsubnet", 3, subnet),
    Function::at_least("cidrsubnets", 1, subnets),
];

/// A network's first address as a number, and how many of its bits are fixed.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    prefix: u32,
    /// 32 or 128.
    width: u32,
}

impl Network {
    fn read(text: &str) -> Result<Self, Failure> {
        let Ok(network) = text.parse::<IpNet>() else {
            return wrong(format!("\"{text}\" is not a network such as 10.0.0.0/16"));
        };
        let (first, width) = match network.trunc().addr() {
            IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        };
        Ok(Self { first, prefix: u32::from(network.prefix_len()), width })
    }

    /// How many addresses there are; nothing for the whole of IPv6.
    const fn size(self) -> Option<u128> {
        1_u128.checked_shl(self.width - self.prefix)
    }

    fn address(self, address: u128) -> Value {
        let address = if self.width == 32 {
            IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(address).unwrap_or(u32::MAX)))
        } else {
            IpAddr::V6(Ipv6Addr::from_bits(address))
        };
        Value::string(address.to_string())
    }

    fn written(self) -> Value {
        let address = self.address(self.first);
        Value::string(format!("{}/{}", address.as_str().unwrap_or_default(), self.prefix))
    }

    /// The prefix length with more fixed bits.
    fn extended(self, bits: i128) -> Result<u32, Failure> {
        match u32::try_from(bits).ok().and_then(|bits| self.prefix.checked_add(bits)) {
            Some(prefix) if prefix <= self.width => Ok(prefix),
            _ => wrong(format!("{bits} more bits do not fit behind a prefix of {}", self.prefix)),
        }
    }
}

fn subnet(arguments: &Arguments<'_>) -> Outcome {
    let network = Network::read(&arguments.string(0)?)?;
    let prefix = network.extended(arguments.integer(1)?)?;
    let number = arguments.integer(2)?;
    let count = 1_u128.checked_shl(prefix - network.prefix);
    let subnet = Network { prefix, ..network };
    match (u128::try_from(number), subnet.size()) {
        (Ok(0), _) => Ok(subnet.written()),
        (Ok(number), Some(size)) if count.is_none_or(|count| number < count) => {
            Ok(Network { first: network.first + number * size, ..subnet }.written())
        }
        _ => wrong(format!("there is no subnet {number} of that size in the network")),
    }
}

/// Subnets of the given sizes one after the other, each at the next address that its size divides.
fn subnets(arguments: &Arguments<'_>) -> Outcome {
    let network = Network::read(&arguments.string(0)?)?;
    let mut written = Vec::new();
    let mut offset = 0_u128;
    for position in 1..arguments.count() {
        let prefix = network.extended(arguments.integer(position)?)?;
        let subnet = Network { prefix, ..network };
        let Some(size) = subnet.size().filter(|_| prefix > network.prefix) else {
            return wrong("each subnet needs at least one more bit");
        };
        let fits = offset.checked_next_multiple_of(size).and_then(|start| Some((start, start.checked_add(size)?)));
        match fits {
            Some((start, end)) if network.size().is_none_or(|all| end <= all) => {
                written.push(Network { first: network.first + start, ..subnet }.written());
                offset = end;
            }
            _ => return wrong(format!("the network has no room for subnet {position}")),
        }
    }
    Ok(Value::list(written))
}

/// The address with a number in the network, counted from its end where the number is negative.
fn host(arguments: &Arguments<'_>) -> Outcome {
    let network = Network::read(&arguments.string(0)?)?;
    let number = arguments.integer(1)?;
    let offset = match (network.size(), number < 0) {
        (size, false) => Some(number.unsigned_abs()).filter(|number| size.is_none_or(|size| *number < size)),
        (Some(size), true) => size.checked_sub(number.unsigned_abs()),
        (None, true) => Some(number.unsigned_abs().wrapping_neg()),
    };
    match offset {
        Some(offset) => Ok(network.address(network.first + offset)),
        None => wrong(format!("the network has no address {number}")),
    }
}

fn netmask(arguments: &Arguments<'_>) -> Outcome {
    let network = Network::read(&arguments.string(0)?)?;
    if network.width != 32 {
        return wrong("only an IPv4 network has a netmask");
    }
    let mask = u32::MAX.checked_shl(32 - network.prefix).unwrap_or(0);
    Ok(network.address(u128::from(mask)))
}
