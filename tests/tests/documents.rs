//! Documents of plugins, by the real portal and libraries: a PDF in the insurer's name, of the member's
//! rows and nobody else's.

use std::process::Command;
use tests::paper::extracted;
use tests::visitor::{HANAKO, ICHIRO, Seen, Visitor};
use tests::world::{Options, World};

async fn file(visitor: &Visitor, url: &str) -> (Vec<u8>, String) {
    let answer = reqwest::Client::new()
        .get(url)
        .header("cookie", visitor.cookies(url))
        .send()
        .await
        .expect("an answer");
    let header = |name: &str| answer.headers()[name].to_str().expect("ASCII").to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let name = header("content-disposition");
    (answer.bytes().await.expect("read").to_vec(), name)
}

/// F132: the list of a month and of a year as PDF.
#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_a_file_of_the_members_rows() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let register = async |email: &str, id: &str, card: &[(&str, &str)]| {
            let visitor = Visitor::new();
            visitor.register(world, "minato", (email, id, card)).await.sees(id);
            visitor.sign_in(world, "minato", id).await;
            visitor
        };
        let hanako = register("hanako@example.jp", "hanako79", HANAKO).await;
        let ichiro = register("ichiro@example.jp", "ichiro77", ICHIRO).await;
        let at = |path: &str| format!("{}/minato/p/{path}", world.portal_url);
        let month: Seen = hanako.open(&at("medical-fees/month?month=202503")).await;
        month.sees("/minato/p/medical-fees/paper?month=202503").sees("12,960");
        let (bytes, name) = file(&hanako, &at("medical-fees/paper?month=202503")).await;
        assert_eq!(name, "attachment; filename=\"medical-fees-202503.pdf\"");
        assert!(bytes.len() < 100_000, "{}", bytes.len());
        let text = extracted(&bytes);
        for part in ["令和7年（2025年）3月の医療費", "花子 様", "12,960", "みなと健康保険組合"]
        {
            assert!(text.contains(part), "{part}:\n{text}");
        }
        assert!(!text.contains('…'), "a message is missing: {text}");
        // A year, with the household's rows as on the page; and the dependant's own.
        let (bytes, _) = file(&hanako, &at("medical-fees/paper?year=2025")).await;
        let text = extracted(&bytes);
        assert!(text.contains("港 一郎") || text.contains("一郎"), "{text}");
        let (bytes, _) = file(&ichiro, &at("medical-fees/paper?year=2025")).await;
        let text = extracted(&bytes);
        assert!(text.contains("一郎") && !text.contains("花子"), "{text}");
        // Who looked at whose rows is recorded, as for a page.
        let views = format!("{}/minato/views", world.portal_url);
        ichiro.open(&views).await.sees("<strong>港　花子</strong>");
        // What is not there, and who is not signed in.
        assert_eq!(hanako.open(&at("medical-fees/paper?month=199901")).await.status, 404);
        let nobody = Visitor::new();
        nobody.open(&at("medical-fees/paper?month=202503")).await.sees("name=\"user_id\"");

        let new = hanako.open(&at("example/new")).await;
        let noted = [("day", "2026-04-01"), ("steps", "7200"), ("how", "good"), ("note", "川ぞい")];
        hanako.submit(&new, &noted).await.sees("記録しました");
        let (bytes, _) = file(&hanako, &at("example/paper?month=202604")).await;
        let text = extracted(&bytes);
        assert!(
            text.contains("7,200") && text.contains("川ぞい") && text.contains("よい"),
            "{text}"
        );
        assert_eq!(ichiro.open(&at("example/paper?month=202604")).await.status, 404);
        let sheet = hanako.open(&at("example/sheet?month=202604")).await;
        assert_eq!(sheet.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(
            sheet.header("content-disposition"),
            "attachment; filename=\"steps-202604.csv\""
        );
        let expected = "\u{feff}日付,体の調子,メモ,歩数\r\n2026-04-01,よい,川ぞい,7200\r\n";
        assert_eq!(sheet.html, expected);
        assert_eq!(ichiro.open(&at("example/sheet?month=202604")).await.status, 404);
        // Nobody signs for this insurer: the file says so.
        let data = hanako.open(&at("example/data?month=202604")).await;
        assert_eq!(data.header("content-type"), "application/xml");
        let name = "attachment; filename=\"steps-202604-unsigned.xml\"";
        assert_eq!(data.header("content-disposition"), name);
        data.sees("<day date=\"2026-04-01\"><steps>7200</steps></day></walks>");
        data.sees("<!-- これは見本です。");
        assert_eq!(ichiro.open(&at("example/data?month=202604")).await.status, 404);
    })
    .await;
}

/// An operator's command for xmlsec1: it adds the template of a signature and signs.
const SIGNS: &str = r#"#!/bin/sh
set -e
cd "$(dirname "$0")"
file=$(mktemp)
trap 'rm -f "$file"' EXIT
sed '$ s|</\([^<>]*\)>$|<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI=""><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature></\1>|' > "$file"
xmlsec1 --sign --privkey-pem key.pem,cert.pem --output /dev/stdout "$file"
"#;

/// The operator's command signs, and what it signed is what the plugin said; when it fails nothing is handed out.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_signed_by_the_operators_command() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| place.path().join(name);
    let write = |name: &str, text: &str| std::fs::write(at(name), text).expect("written");
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let key = key.expect("a key");
    let cert = rcgen::CertificateParams::new(vec!["minato.example".to_owned()]);
    let cert = cert.and_then(|params| params.self_signed(&key)).expect("a certificate");
    write("key.pem", &key.serialize_pem());
    write("cert.pem", &cert.pem());
    write("sign.sh", SIGNS);
    let command = format!("[\"sh\", \"{}\"]", at("sign.sh").display());
    let options = Options {
        insurers: vec!["minato"],
        settings: vec![("MUSUBI_PORTAL_SIGNING__MINATO", command)],
        ..Options::default()
    };
    let world = &World::on_sqlite(options).await;
    let hanako = Visitor::new();
    let made = ("hanako@example.jp", "hanako79", HANAKO);
    hanako.register(world, "minato", made).await.sees("hanako79");
    hanako.sign_in(world, "minato", "hanako79").await;
    let url = |path: &str| format!("{}/minato/p/example/{path}", world.portal_url);
    let noted = [("day", "2026-04-01"), ("steps", "7200"), ("how", "good"), ("note", "")];
    hanako.submit(&hanako.open(&url("new")).await, &noted).await.sees("記録しました");
    let signed = hanako.open(&url("data?month=202604")).await;
    let name = "attachment; filename=\"steps-202604.xml\"";
    assert_eq!(signed.header("content-disposition"), name);
    signed.sees("<SignatureValue>").does_not_see("見本");
    let verified = |text: &str| {
        write("got.xml", text);
        let mut verify = Command::new("xmlsec1");
        verify.args(["--verify", "--trusted-pem"]).arg(at("cert.pem")).arg(at("got.xml"));
        verify.output().expect("xmlsec1 is installed: apt-get install xmlsec1").status.success()
    };
    assert!(verified(&signed.html));
    assert!(!verified(&signed.html.replace("7200", "9200")));
    // One that fails, signs nothing, or is not there: a notice, and no file.
    for broken in ["exit 1", "cat", "true", "echo '<html/>'"] {
        write("sign.sh", broken);
        let seen = hanako.open(&url("data?month=202604")).await;
        assert_eq!(seen.status, 503, "{broken}");
        seen.does_not_see("7200");
    }
}
