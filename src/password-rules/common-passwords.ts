/** Passwords and their stems that attackers try first, in lower case and without punctuation. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
  0987654321 112233 11223344 121212 123123 123321 12341234 1234567890 123456789a 1234qwer 123qwe 147258369
  159753 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 5201314 654321 666666 696969 777777 789456123 987654321 a123456789
  aa123456 abc123 abcd1234 access admin adminadmin administrator alexander amanda america andrew angel angels
  anthony april arsenal asdf1234 asdfasdf asdfghjkl ashley august autumn babygirl bailey banana barcelona
  baseball batman berlin biteme blessed buster butterfly canada changeme charlie cheese chelsea chocolate
  computer contrasena cookie correcthorsebatterystaple corvette daniel december default deutschland dragon
  espana facebook family february ferrari flower football forever freedom friday friends fruehling fuckoff
  fuckyou geheim germany ginger goodluck google guest hallo harley hello herbst hockey hola hunter iloveyou
  internet invierno january jennifer jessica jesus jesuschrist jordan joshua july june juventus killer letmein
  linkedin liverpool login london lovely loveme madrid maggie march master matthew mexico michael monday monkey
  motdepasse mustang myfamily myspace nicole november october opensesame orange otono p4ssw0rd p4ssword pa55w0rd
  pa55word parola passw0rd password passwort peanut pepper pokemon primavera princess purple q1w2e3 q1w2e3r4
  qazwsx qazwsxedc qwe123 qwer1234 qwerty qwerty123 qwertyuiop qwertz ranger realmadrid robert root samsung
  secret secreto senha september sesame shadow soccer sommer spring starwars summer sunshine superman teamo test
  testing testtest thomas trustno1 user verano wachtwoord welcome whatever william willkommen winter woaini1314
  zaq12wsx zaq1zaq1 zxcvbnm
`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
