export interface Company {
  readonly id: string;
  readonly name: string;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}
form{display:grid;gap:.75rem}fieldset{border:1px solid #bbb;border-radius:8px}label{display:block}`;

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body><h1>${title}</h1>${body}</body></html>`;
}

export function loginPage(action: string): string {
  return page(
    "Sign in",
    `<form method="post" action="${action}/login"><label>User <input name="user" required autofocus></label>
<label>Password <input name="password" type="password" required></label><button>Sign in</button></form>`,
  );
}

export function consentPage(action: string, companies: readonly Company[]): string {
  const choices = companies.map(
    ({ id, name }) => `<label><input type="radio" name="company" value="${id}" required> ${name}</label>`,
  );
  return page(
    "Choose a company",
    `<form method="post" action="${action}/consent"><fieldset>${choices.join("")}</fieldset>
<button name="answer" value="connect">Connect</button>
<button name="answer" value="refuse" formnovalidate>No thanks</button></form>`,
  );
}
