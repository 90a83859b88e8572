//! What the offline check reports: one small module for each kind of problem.

#![expect(clippy::expect_used, reason = "a test whose set-up fails has failed")]

use std::{fs, path::Path};

use deployer::{
    diagnostic::{Diagnostic, Severity},
    schema::Schemas,
    validate::validate,
};

/// Checks a module of one file and shows the problems as `severity code line:column message (hint)`.
fn problems(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "main.tf", text);
    diagnostics(folder.path()).iter().map(show).collect()
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a written file");
}

fn diagnostics(folder: &Path) -> Vec<Diagnostic> {
    validate(&[folder.to_path_buf()], folder, &Schemas::embedded()).expect("a path that exists").diagnostics
}

fn show(diagnostic: &Diagnostic) -> String {
    let location = diagnostic.location.as_ref().expect("a place");
    let position = location.source.position(location.span.start);
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let hint = diagnostic.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{severity} {} {}:{} {}{hint}", diagnostic.code, position.line, position.column, diagnostic.message)
}

#[track_caller]
fn reports(text: &str, expected: &[&str]) {
    let problems = problems(text);
    assert_eq!(problems, expected, "for\n{text}");
}

#[test]
fn unknown_types() {
    reports(
        "resource \"aws_vcp\" \"main\" {}\n",
        &["error unknown-resource-type 1:10 hashicorp/aws 6.25.0 has no resource `aws_vcp` (did you mean `aws_vpc`?)"],
    );
    reports(
        "resource \"asw_vpc\" \"main\" {}\n",
        &[
            "error unknown-resource-type 1:10 no provider of the module has a resource `asw_vpc` (did you mean `aws_vpc`?)",
        ],
    );
    reports(
        "data \"aws_regoins\" \"all\" {}\n",
        &["error unknown-data-source 1:6 hashicorp/aws 6.25.0 has no data source `aws_regoins` \
           (did you mean `aws_regions`?)"],
    );
    reports(
        "resource \"aws_caller_identity\" \"main\" {}\n",
        &["error unknown-resource-type 1:10 hashicorp/aws 6.25.0 has no resource `aws_caller_identity` \
           (`aws_caller_identity` is a data source: write `data \"aws_caller_identity\"`)"],
    );
}

#[test]
fn unknown_arguments_and_blocks() {
    reports(
        "resource \"aws_vpc\" \"main\" {\n  cidr_blok = \"10.0.0.0/16\"\n}\n",
        &["error unknown-argument 2:3 `aws_vpc` has no argument `cidr_blok` (did you mean `cidr_block`?)"],
    );
    reports(
        "resource \"aws_lb\" \"main\" {\n  acess_logs {\n    bucket = \"logs\"\n  }\n}\n",
        &["error unknown-block 2:3 `aws_lb` has no block `acess_logs` (did you mean `access_logs`?)"],
    );
    reports(
        "resource \"aws_lb\" \"main\" {\n  access_logs {\n    bukket = \"logs\"\n    bucket = \"logs\"\n  }\n}\n",
        &["error unknown-argument 3:5 `aws_lb access_logs` has no argument `bukket` (did you mean `bucket`?)"],
    );
    reports(
        "resource \"aws_lb\" \"main\" {\n  dynamic \"access_logs\" {\n    for_each = []\n    content {\n      \
         bucket = \"logs\"\n      nonsense = 1\n    }\n  }\n}\n",
        &["error unknown-argument 6:7 `aws_lb access_logs` has no argument `nonsense`"],
    );
}

#[test]
fn arguments_and_blocks_mixed_up() {
    reports(
        "resource \"aws_vpc\" \"main\" {\n  tags {\n    Name = \"main\"\n  }\n}\n",
        &["error argument-expected 2:3 `tags` of `aws_vpc` is an argument, not a block (write `tags = { … }`)"],
    );
    reports(
        "resource \"helm_release\" \"main\" {\n  name  = \"a\"\n  chart = \"b\"\n  set {\n    name = \"c\"\n  }\n}\n",
        &["error argument-expected 4:3 `set` of `helm_release` is an argument, not a block (write `set = [{ … }]`)"],
    );
    reports(
        "resource \"aws_lb\" \"main\" {\n  access_logs = { bucket = \"logs\" }\n}\n",
        &["error block-expected 2:3 `access_logs` of `aws_lb` is a block, not an argument \
           (write `access_logs { … }` without `=`)"],
    );
}

#[test]
fn missing_and_computed_arguments() {
    reports(
        "resource \"aws_subnet\" \"main\" {}\n",
        &["error missing-argument 1:1 `aws_subnet` needs the argument `vpc_id` (add `vpc_id = …`)"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {\n  arn = \"arn:aws:ec2:::vpc/x\"\n}\n",
        &["error computed-argument 2:3 `arn` of `aws_vpc` is set by the provider alone \
           (remove the argument; other blocks may refer to the attribute)"],
    );
}

#[test]
fn wrong_types() {
    reports(
        "resource \"aws_vpc\" \"main\" {\n  enable_dns_support = \"sure\"\n}\n",
        &["error wrong-type 2:24 `enable_dns_support` takes a value of type bool, not a text"],
    );
    reports(
        "resource \"aws_db_subnet_group\" \"main\" {\n  subnet_ids = \"subnet-1\"\n}\n",
        &["error wrong-type 2:16 `subnet_ids` takes a value of type set of string, not a text \
           (write the value in brackets: `[…]`)"],
    );
    reports(
        "resource \"aws_db_subnet_group\" \"main\" {\n  subnet_ids = join(\",\", [\"a\", \"b\"])\n}\n",
        &["error wrong-type 2:16 `subnet_ids` takes a value of type set of string, not a text \
           (write the value in brackets: `[…]`)"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {\n  tags = { Names = [\"a\"] }\n}\n",
        &["error wrong-type 2:20 `Names` takes a value of type string, not a list"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {\n  cidr_block = true ? [\"a\"] : null\n}\n",
        &["error wrong-type 2:23 `cidr_block` takes a value of type string, not a list"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {\n  for_each = [\"a\", \"b\"]\n}\n",
        &["error wrong-type 2:14 `for_each` takes a map or a set of strings, not a list \
           (write `toset([…])`, or an object with a key for each element)"],
    );
}

#[test]
fn numbers_of_blocks() {
    let versioning = "resource \"aws_s3_bucket_versioning\" \"main\" {\n  bucket = \"b\"\n";
    reports(
        &format!("{versioning}}}\n"),
        &["error missing-block 1:1 `aws_s3_bucket_versioning` needs at least 1 `versioning_configuration` block \
           (add `versioning_configuration { … }`)"],
    );
    let block = "  versioning_configuration {\n    status = \"Enabled\"\n  }\n";
    reports(
        &format!("{versioning}{block}{block}}}\n"),
        &["error too-many-blocks 6:3 `aws_s3_bucket_versioning` takes at most one `versioning_configuration` block"],
    );
}

#[test]
fn undeclared_names() {
    reports(
        "variable \"region\" {}\nlocals {\n  a = var.regoin\n  b = var.region\n}\n",
        &["error undeclared-variable 3:7 the module declares no variable `regoin` (did you mean `region`?)"],
    );
    reports(
        "locals {\n  name = \"a\"\n  b = \"${local.nam}-b\"\n}\n",
        &["error undeclared-local 3:10 the module declares no local value `nam` (did you mean `name`?)"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {}\noutput \"id\" {\n  value = aws_vpc.mian.id\n}\n",
        &[
            "error undeclared-resource 3:11 the module declares no resource `aws_vpc.mian` (did you mean `aws_vpc.main`?)",
        ],
    );
    reports(
        "data \"aws_vpc\" \"main\" {}\noutput \"id\" {\n  value = aws_vpc.main.id\n}\n",
        &["error undeclared-resource 3:11 the module declares no resource `aws_vpc.main` \
           (did you mean `data.aws_vpc.main`?)"],
    );
    reports(
        "output \"id\" {\n  value = module.vpc.id\n}\n",
        &["error undeclared-module 2:11 the module calls no module `vpc`"],
    );
    reports(
        "output \"id\" {\n  value = enabled\n}\n",
        &["error invalid-reference 2:11 `enabled` refers to nothing \
           (write `var.name`, `local.name`, `type.name` or, for a text, quotes around it)"],
    );
    reports(
        "output \"id\" {\n  value = uper(\"a\")\n}\n",
        &["error unknown-function 2:11 there is no function `uper` (did you mean `upper`?)"],
    );
}

#[test]
fn attributes_that_do_not_exist() {
    let vpc = "resource \"aws_vpc\" \"main\" {}\n";
    reports(
        &format!("{vpc}output \"id\" {{\n  value = aws_vpc.main.idd\n}}\n"),
        &["error unknown-attribute 3:23 `aws_vpc.main` has no attribute `idd` (did you mean `id`?)"],
    );
    reports(
        &format!("{vpc}output \"id\" {{\n  value = aws_vpc.main.arn.name\n}}\n"),
        &["error unknown-attribute 3:27 `name` is asked of a value that has no attributes"],
    );
    reports(
        "resource \"aws_lb\" \"main\" {}\noutput \"logs\" {\n  value = aws_lb.main.access_logs.bucket\n}\n",
        &["error unknown-attribute 3:34 `bucket` is asked of a list or set, not of its elements \
           (write `[0]`, `[*]` or a `for` expression before it; a set has no index)"],
    );
    reports(
        "variable \"size\" {\n  type = object({ min = number })\n}\noutput \"size\" {\n  value = var.size.mim\n}\n",
        &["error unknown-attribute 5:19 `var.size` has no attribute `mim` (did you mean `min`?)"],
    );
}

#[test]
fn indexes_follow_count_and_for_each() {
    reports(
        "resource \"aws_vpc\" \"main\" {\n  count = 2\n}\noutput \"id\" {\n  value = aws_vpc.main.id\n}\n",
        &["error missing-index 5:11 `aws_vpc.main` has `count`, so it is a list \
           (write `aws_vpc.main[0]`, `aws_vpc.main[count.index]` or `aws_vpc.main[*]`)"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {}\noutput \"id\" {\n  value = aws_vpc.main[0].id\n}\n",
        &["error unexpected-index 3:11 `aws_vpc.main` is one object, without `count` or `for_each` (remove the index)"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {\n  cidr_block = each.value\n}\n",
        &[
            "error misplaced-reference 2:16 `each` means nothing here (add `for_each` to the block, or use another value)",
        ],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {\n  cidr_block = \"10.${count.index}.0.0/16\"\n}\n",
        &["error misplaced-reference 2:22 `count` means nothing here (add `count` to the block, or use another value)"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {\n  cidr_block = self.id\n}\n",
        &["error misplaced-reference 2:16 `self` means nothing here \
           (`self` stands for the resource in `provisioner`, `connection` and `postcondition` blocks)"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {\n  count    = 1\n  for_each = {}\n}\n",
        &["error count-and-for-each 3:3 `count` and `for_each` exclude each other (keep one of the two)"],
    );
}

#[test]
fn declarations() {
    reports(
        "locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n",
        &["error duplicate-declaration 5:3 local value `a` is declared twice (rename one of the two, or remove it)"],
    );
    reports(
        "resource \"aws_vpc\" \"a\" {}\nresource \"aws_vpc\" \"a\" {}\n",
        &[
            "error duplicate-declaration 2:1 resource `aws_vpc.a` is declared twice (rename one of the two, or remove it)",
        ],
    );
    reports(
        "variable \"name\" {\n  type = strng\n}\noutput \"o\" {\n  value = var.name\n}\n",
        &[
            "error invalid-type 2:10 the type of the variable is none that Terraform has (types are `string`, `number`, \
           `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `object({…})` and `tuple([…])`)",
        ],
    );
    reports(
        "variable \"name\" {\n  type    = number\n  default = \"ten\"\n}\noutput \"o\" {\n  value = var.name\n}\n",
        &["error wrong-type 3:13 `name` takes a value of type number, not a text"],
    );
    reports(
        "variable \"name\" {\n  default = local.a\n}\nlocals {\n  a = var.name\n}\n",
        &["error reference-in-default 2:13 the default of a variable refers to something \
           (a default is a plain value; make it `null` and use `coalesce` in `locals`)"],
    );
    reports(
        "variable \"name\" {}\n",
        &["warning unused-variable 1:1 the variable `name` is declared and never used (use it or remove it)"],
    );
    reports(
        "resuorce \"aws_vpc\" \"main\" {}\n",
        &["error unknown-block 1:1 Terraform has no block `resuorce` (did you mean `resource`?)"],
    );
    reports(
        "resource \"aws_vpc\" {}\n",
        &["error wrong-labels 1:1 `resource` has 2 labels (write `resource \"aws_vpc\" \"main\" { … }`)"],
    );
    reports(
        "terraform {\n  backend \"s4\" {}\n}\n",
        &["error unknown-backend 2:11 Terraform has no backend `s4` (did you mean `s3`?)"],
    );
    reports(
        "region = \"eu-west-1\"\n",
        &["error argument-outside-block 1:1 the argument `region` stands in no block (values of the module go into \
           `locals { … }`, values of variables into a `.tfvars` file)"],
    );
}

#[test]
fn meta_arguments() {
    reports(
        "resource \"aws_vpc\" \"main\" {\n  provider = aws.east\n}\n",
        &["error undeclared-provider 2:14 there is no provider configuration `aws.east` \
           (add `provider \"aws\" { alias = \"east\" … }`, or `aws.east` to `configuration_aliases`)"],
    );
    reports(
        "resource \"aws_vpc\" \"main\" {\n  lifecycle {\n    ignore_changes = [tagz]\n    prevent_destory = true\n  }\n}\n",
        &[
            "error unknown-attribute 3:23 `ignore_changes` names `tagz`, which the resource does not have \
             (did you mean `tags`?)",
            "error unknown-argument 4:5 `lifecycle` has no argument `prevent_destory` (did you mean `prevent_destroy`?)",
        ],
    );
    reports(
        "resource \"aws_vpc\" \"a\" {}\nresource \"aws_vpc\" \"b\" {\n  depends_on = [aws_vpc.a.id]\n}\n",
        &["error invalid-depends-on 3:17 `depends_on` takes whole objects, not their attributes \
           (end the reference at the name of the resource or module)"],
    );
    reports(
        "provider \"aws\" {\n  regoin = \"eu-west-1\"\n}\n",
        &["error unknown-argument 2:3 `provider aws` has no argument `regoin` (did you mean `region`?)"],
    );
}

#[test]
fn one_slip_hides_no_other() {
    reports(
        "resource \"aws_vpc\" \"main\" {\n  cidr_block = \"a\"\n  cidr_block = \"b\"\n  nonsense = 1\n}\n",
        &[
            "error duplicate-argument 3:3 the argument `cidr_block` is set twice (keep one of the two)",
            "error unknown-argument 4:3 `aws_vpc` has no argument `nonsense`",
        ],
    );
}

#[test]
fn the_wanted_provider_version_grades_what_is_unknown() {
    let module = |version: &str, argument: &str| {
        format!(
            "terraform {{\n  required_providers {{\n    aws = {{\n      source  = \"hashicorp/aws\"\n      \
             version = \"{version}\"\n    }}\n  }}\n}}\nresource \"aws_vpc\" \"main\" {{\n  {argument} = \"a\"\n}}\n"
        )
    };
    let codes = |version: &str, argument: &str| -> Vec<String> {
        let problems = problems(&module(version, argument));
        problems.iter().map(|it| it.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
    };
    for covering in ["~> 6.0", "~> 6.26", ">= 5.0"] {
        assert_eq!(codes(covering, "novelty"), ["error unknown-argument"], "{covering}");
    }
    let block = |version: &str| codes(version, "tags {}\n  cidr_block");
    assert_eq!(block("~> 6.0"), ["error argument-expected"]);
    assert_eq!(block(">= 5.0"), ["warning argument-expected"]);
    assert_eq!(block("~> 5.0"), [""; 0]);
    assert_eq!(codes(">= 6.40", "novelty"), ["warning unknown-argument"]);
    assert_eq!(codes(">= 6.40", "cidr_blokc"), ["error unknown-argument"]);
    assert_eq!(codes("~> 5.0", "novelty"), [""; 0]);
    assert_eq!(codes("~> 5.0", "cidr_blokc"), ["warning unknown-argument"]);
}

#[test]
fn module_calls() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(
        folder.path(),
        "main.tf",
        "module \"vpc\" {\n  source = \"./vpc\"\n  cdir   = \"10.0.0.0/16\"\n  zones  = \"a\"\n}\n\
         module \"none\" {\n  source = \"./none\"\n}\noutput \"id\" {\n  value = module.vpc.idd\n}\n",
    );
    write(
        folder.path(),
        "vpc/main.tf",
        "variable \"cidr\" {}\nvariable \"zones\" {\n  type = list(string)\n}\n\
         output \"id\" {\n  value = \"${var.cidr}${join(\"\", var.zones)}\"\n}\n",
    );
    let problems: Vec<String> = diagnostics(folder.path()).iter().map(show).collect();
    assert_eq!(
        problems,
        [
            "error missing-module-input 1:1 the module `vpc` needs the input `cidr` \
             (declared without a default at vpc/main.tf:1)",
            "error unknown-module-input 3:3 the module `vpc` has no variable `cdir` (did you mean `cidr`?)",
            "error wrong-type 4:12 `zones` takes a value of type list of string, not a text \
             (write the value in brackets: `[…]`)",
            "error module-not-found 7:12 there is no module in `./none` \
             (the path is relative to the directory of this file)",
            "error undeclared-output 10:11 the module `vpc` has no output `idd` (did you mean `module.vpc.id`?)",
        ]
    );
}
