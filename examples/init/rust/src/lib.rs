#[test]
fn small() {}
