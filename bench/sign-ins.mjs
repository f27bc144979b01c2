// So many people who sign in without pause, until the process is ended.
const [, , origin, people] = process.argv;

async function signInForEver(n) {
  for (;;) {
    const response = await fetch(`${origin}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ email: `user${n + 1}@example.com`, password: 'correct horse battery' }),
    });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`sign-in was answered with ${response.status}`);
  }
}

for (let n = 0; n < Number(people); n++) void signInForEver(n);
setTimeout(() => process.send?.('signing in'), 500);
