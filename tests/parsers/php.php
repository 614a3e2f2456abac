<?php
// What PHP makes of a request. Started as `php -S 127.0.0.1:PORT php.php`.
// Answers a tree: a list of pairs, name and value; texts as base 64, because they may be in any charset.

function tree(array $map): array
{
    $pairs = [];
    foreach ($map as $name => $value) {
        $pairs[] = [base64_encode((string) $name), is_array($value) ? tree($value) : base64_encode($value)];
    }
    return $pairs;
}

header('Content-Type: application/json');
echo json_encode([
    'query' => tree($_GET),
    'form' => tree($_POST),
    'body' => base64_encode(file_get_contents('php://input')),
]);
