//! What is wrong with the table `[tls]` or its files is told before anything is asked.

use super::*;

#[test]
fn a_mistake_in_the_table_or_its_files_is_told_with_its_field() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path();
    let (national, ours) = (Authority::named("National"), Authority::named("Ours"));
    let (one, two) = (ours.client(Holds::Now), ours.client(Holds::Now));
    one.put(keys, "one.pem", "one.key");
    two.put(keys, "two.pem", "two.key");
    let whole = format!("{}{}", one.certificate, one.key);
    for (name, text) in [
        ("national.pem", national.pem()),
        ("whole.pem", whole),
        ("rubbish.pem", "rubbish".to_owned()),
        ("empty.pem", String::new()),
        ("cut.pem", one.certificate.replace("-----END", "-----")),
        (
            "damaged.pem",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(),
        ),
        ("many.pem", national.pem().repeat(65)),
        ("large.pem", "x".repeat(64 * 1024 + 1)),
    ] {
        std::fs::write(keys.join(name), text).unwrap();
    }
    let read = |base: &str, lines: &str| {
        let text = format!("{}\n[tls]\n{lines}", include_str!("../plain/tax.toml"));
        Connector::parse("tax.toml", &text, &Places { base, keys }).map(drop)
    };
    let own = |certificate: &str, key: &str| {
        format!("certificate_file = \"{certificate}\"\nkey_file = \"{key}\"")
    };
    for good in [
        "ca_file = \"national.pem\"".to_owned(),
        own("one.pem", "one.key"),
        own("whole.pem", "whole.pem"),
        format!("ca_file = \"national.pem\"\n{}", own("two.pem", "two.key")),
    ] {
        assert_eq!(read("https://tax.example", &good), Ok(()), "{good}");
    }
    let ca = |name: &str| format!("ca_file = \"{name}\"");
    let no_certificate = "does not hold 1 to 64 certificates (PEM)";
    for (lines, line, what) in [
        (String::new(), 23, "tls: name ca_file".to_owned()),
        (
            "verify = false".to_owned(),
            24,
            "the form: unknown field `verify`".to_owned(),
        ),
        (ca("absent.pem"), 24, "absent.pem cannot be read".to_owned()),
        (ca(""), 24, "tls.ca_file: write one line".to_owned()),
        (
            ca("."),
            24,
            "cannot be read: it is missing, no file".to_owned(),
        ),
        (
            ca("/dev/zero"),
            24,
            "tls.ca_file: /dev/zero cannot be read".to_owned(),
        ),
        (ca("large.pem"), 24, "longer than 64 KiB".to_owned()),
        (
            ca("rubbish.pem"),
            24,
            format!("rubbish.pem {no_certificate}"),
        ),
        (ca("empty.pem"), 24, format!("empty.pem {no_certificate}")),
        (ca("cut.pem"), 24, format!("cut.pem {no_certificate}")),
        (
            ca("damaged.pem"),
            24,
            format!("damaged.pem {no_certificate}"),
        ),
        (ca("many.pem"), 24, format!("many.pem {no_certificate}")),
        (ca("one.key"), 24, format!("one.key {no_certificate}")),
        (
            "certificate_file = \"one.pem\"".to_owned(),
            24,
            "tls.certificate_file: write key_file too".to_owned(),
        ),
        (
            "key_file = \"one.key\"".to_owned(),
            24,
            "tls.key_file: write certificate_file too".to_owned(),
        ),
        (
            own("absent.pem", "one.key"),
            24,
            "tls.certificate_file: ".to_owned(),
        ),
        (
            own("one.pem", "absent.key"),
            25,
            "tls.key_file: ".to_owned(),
        ),
        (
            own("rubbish.pem", "one.key"),
            24,
            "tls.certificate_file: ".to_owned(),
        ),
        (
            own("damaged.pem", "one.key"),
            24,
            "tls.certificate_file: ".to_owned(),
        ),
        (
            own("one.pem", "one.pem"),
            25,
            "one.pem holds no private key (PEM, not encrypted)".to_owned(),
        ),
        (
            own("one.pem", "two.key"),
            25,
            "tls.key_file: it is not the key of the certificate in certificate_file".to_owned(),
        ),
    ] {
        let refused = read("https://tax.example", &lines).unwrap_err().to_string();
        let at = format!("tax.toml:{line}: ");
        assert!(
            refused.starts_with(&at) && refused.contains(&what),
            "{lines}: {refused}, not {at}{what}"
        );
    }
    let plain = read("http://tax.example", &ca("national.pem")).unwrap_err();
    assert_eq!(
        plain.to_string(),
        "tax.toml:23: tls: address is http: write it as https, or leave this table out"
    );
}
