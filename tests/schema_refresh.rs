//! The embedded provider schemas, and those that `schema refresh` stores.

use std::{collections::BTreeMap, fs};

use deployer::{
    diagnostic::Source,
    schema::{Mode, Nesting, Origin, STORED, Schemas, Type, refresh},
};

#[test]
fn every_embedded_block_decodes() {
    for provider in Schemas::embedded().providers() {
        assert!(provider.configuration().is_some(), "{}", provider.source());
        for mode in [Mode::Resource, Mode::Data] {
            for name in provider.names(mode) {
                assert!(provider.block(mode, name).is_some(), "{} {name}", mode.keyword());
            }
        }
    }
}

#[test]
fn the_embedded_providers_are_whole() {
    let summaries = Schemas::embedded().summaries();
    let shown: Vec<String> = summaries
        .iter()
        .map(|it| format!("{} {}: {} resources, {} data sources", it.source, it.version, it.resources, it.data_sources))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    hashicorp/aws 6.25.0: 1581 resources, 630 data sources
    hashicorp/helm 3.1.1: 1 resources, 1 data sources
    hashicorp/kubernetes 2.38.0: 82 resources, 26 data sources
    hashicorp/null 3.2.4: 1 resources, 1 data sources
    hashicorp/random 3.7.2: 8 resources, 0 data sources
    hashicorp/time 0.13.1: 4 resources, 0 data sources
    hashicorp/tls 4.1.0: 4 resources, 2 data sources
    builtin/terraform 1.0.0: 1 resources, 1 data sources
    ");
}

#[test]
fn a_block_says_what_terraform_says() {
    let schemas = Schemas::embedded();
    let aws = schemas.provider("registry.example.org/hashicorp/aws").expect("an embedded provider");
    let subnet = aws.block(Mode::Resource, "aws_subnet").expect("a known type");
    assert!(subnet.attributes["vpc_id"].required);
    assert!(subnet.attributes["arn"].computed && !subnet.attributes["arn"].is_argument());
    assert_eq!(subnet.attributes["tags"].kind, Type::Map(Box::new(Type::String)));
    let logs = &aws.block(Mode::Resource, "aws_lb").expect("a known type").blocks["access_logs"];
    assert_eq!((logs.nesting, logs.min_items, logs.max_items), (Nesting::List, 0, Some(1)));
    let secret = aws.block(Mode::Resource, "aws_secretsmanager_secret_version").expect("a known type");
    assert!(secret.attributes["secret_string_wo"].write_only);
}

const PRINTED: &str = r#"{
  "format_version": "1.0",
  "provider_schemas": {
    "registry.example.org/acme/anvil": {
      "provider": { "version": 0, "block": { "attributes": { "token": { "type": "string", "optional": true, "sensitive": true } } } },
      "resource_schemas": {
        "anvil_drop": {
          "version": 1,
          "block": {
            "attributes": {
              "height": { "type": "number", "required": true },
              "id": { "type": "string", "computed": true },
              "password": { "type": "string", "optional": true, "write_only": true },
              "points": { "nested_type": { "nesting_mode": "list", "attributes": { "x": { "type": "number", "required": true }, "label": { "type": "string", "computed": true } } }, "optional": true },
              "targets": { "type": ["list", ["object", { "name": "string", "size": "number" }, ["size"]]], "optional": true, "deprecated": true }
            },
            "block_types": { "rope": { "nesting_mode": "set", "min_items": 1, "max_items": 3, "block": { "attributes": { "length": { "type": "number", "required": true } }, "deprecated": true } } }
          }
        }
      },
      "ephemeral_resource_schemas": { "anvil_echo": { "version": 0, "block": {} } }
    }
  }
}"#;

#[test]
fn a_refreshed_schema_is_used_like_an_embedded_one() {
    let versions = BTreeMap::from([("registry.example.org/acme/anvil".to_owned(), "2.1.0".to_owned())]);
    let stored = refresh(PRINTED, &versions).expect("a schema");
    let [anvil] = stored.as_slice() else { panic!("one provider") };
    assert_eq!((anvil.source.as_str(), anvil.file.as_str()), ("acme/anvil", "acme-anvil.json"));

    let workspace = tempfile::tempdir().expect("a temporary folder");
    let folder = workspace.path().join(STORED);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(&anvil.file), &anvil.text).expect("a written file");
    let schemas = Schemas::of_workspace(workspace.path()).expect("a readable workspace");
    let provider = schemas.provider("acme/anvil").expect("the stored provider");
    assert_eq!(provider.version(), "2.1.0");
    let drop = provider.block(Mode::Resource, "anvil_drop").expect("a known type");
    assert!(drop.attributes["password"].write_only && drop.attributes["targets"].deprecated);
    let Type::List(point) = &drop.attributes["points"].kind else { panic!("a list") };
    let Type::Object(fields) = point.as_ref() else { panic!("of objects") };
    assert!(fields["x"].required && fields["label"].computed);
    let Type::List(target) = &drop.attributes["targets"].kind else { panic!("a list") };
    let Type::Object(fields) = target.as_ref() else { panic!("of objects") };
    assert!(fields["name"].required && !fields["size"].required);
    let rope = &drop.blocks["rope"];
    assert_eq!((rope.nesting, rope.min_items, rope.max_items), (Nesting::Set, 1, Some(3)));
    assert!(rope.block.deprecated && rope.block.attributes["length"].required);
    assert!(provider.has(Mode::Ephemeral, "anvil_echo"));
    let summary = schemas.summaries().into_iter().find(|it| it.source == "acme/anvil").expect("the stored provider");
    assert!(matches!(summary.origin, Origin::Stored(_)));
    assert!(schemas.provider("hashicorp/aws").is_some(), "the embedded ones stay");
}

#[test]
fn what_is_no_schema_is_refused() {
    assert!(refresh("{}", &BTreeMap::new()).is_err(), "no format version");
    assert!(refresh("[", &BTreeMap::new()).is_err(), "no JSON");
    let mut schemas = Schemas::embedded();
    let error = schemas.add(&Source::new("x.json", "{}")).expect_err("no schema");
    assert_eq!(error.kind.code(), 2);
    // A block that contains itself.
    let circle = r#"{"p":"acme/anvil","version":"1.0.0","provider":0,"t":[],"b":[[{},{"a":"l0"}]]}"#;
    assert!(schemas.add(&Source::new("x.json", circle)).is_err());
    // A block that is not there.
    let hole = r#"{"p":"acme/anvil","version":"1.0.0","provider":7,"t":[],"b":[[{}]]}"#;
    assert!(schemas.add(&Source::new("x.json", hole)).is_err());
}
