// Signs in without pause on several connections, until the process is killed: node sign-ins.mjs <origin> <connections>
const [, , origin, connections] = process.argv;

async function signInForEver(n) {
  for (;;) {
    const response = await fetch(`${origin}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ email: `user${n + 1}@example.com`, password: 'correct horse battery' }),
    });
    await response.arrayBuffer();
    if (response.status !== 200)
      throw new Error(`Expected status 200 for the sign-in, got ${response.status}.`);
  }
}

for (let n = 0; n < Number(connections); n++) void signInForEver(n);
setTimeout(() => process.send?.('signing in'), 500);
