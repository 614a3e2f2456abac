<?php
// What a user would have instead of the gateway: a script in the shop that takes the call, looks the customer up, checks
// his password (argon2id, the same parameters), writes the visit down durably and redirects. No licenses, no rules, no
// limits. Served by `PHP_CLI_SERVER_WORKERS=2 php -S 127.0.0.1:PORT bench/instead.php`; its database is in $INSTEAD_DB.
$db = new PDO('sqlite:' . getenv('INSTEAD_DB'));
$db->exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
if (($argv[1] ?? '') === 'prepare') {
    $db->exec('CREATE TABLE customers (email TEXT PRIMARY KEY, hash TEXT); CREATE TABLE visits (id TEXT PRIMARY KEY, email TEXT, call TEXT)');
    $hash = password_hash('correct horse', PASSWORD_ARGON2ID, ['memory_cost' => 19456, 'time_cost' => 2, 'threads' => 1]);
    $db->prepare('INSERT INTO customers VALUES (?, ?)')->execute(['buyer@example.com', $hash]);
    exit;
}
$find = $db->prepare('SELECT hash FROM customers WHERE email = ?');
$find->execute([$_POST['USERNAME'] ?? '']);
if (!password_verify($_POST['PASSWORD'] ?? '', $find->fetchColumn() ?: '')) {
    http_response_code(401);
    exit;
}
$token = bin2hex(random_bytes(32));
unset($_POST['PASSWORD']);
$db->prepare('INSERT INTO visits VALUES (?, ?, ?)')->execute([hash('sha256', $token), $_POST['USERNAME'], json_encode($_POST)]);
header('Location: https://shop.example.com/enter?token=' . $token, true, 303);
