// The login pages: user name and password, then the code of the second factor, then leave for the app, which a native
// app needs each time (RFC 8252 §8.6); and a way to cancel.
import { TOTP, Secret } from 'otpauth';

const escape = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (action, trouble, fields) => `<!doctype html><html lang="en"><meta charset="utf-8">
<title>Linden Clinic – sign in</title><h1>Sign in</h1>
${trouble ? `<p role="alert">${escape(trouble)}</p>` : ''}
<form method="post" action="${escape(action)}">${fields}<button id="${fields ? 'sign-in' : 'allow'}">Go on</button></form>
<a id="cancel" href="${escape(action)}/cancel">Cancel</a></html>`;

const password = '<label>User name <input name="username" autocomplete="username" autofocus></label>'
  + '<label>Password <input name="password" type="password" autocomplete="current-password"></label>';
const code = '<label>Code <input name="otp" inputmode="numeric" autocomplete="one-time-code" autofocus></label>';

async function form(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** Middleware for `/sign-in/{uid}`: who has given the password is remembered until the code is right. */
export function pages(provider, people) {
  const waiting = new Map();
  return async (ctx, next) => {
    const [, uid, cancel] = /^\/sign-in\/([\w-]+)(\/cancel)?$/.exec(ctx.path) ?? [];
    if (!uid) return next();
    const { prompt, params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
    const finish = (result) => {
      ctx.respond = false;
      waiting.delete(uid);
      return provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
    };
    if (cancel) return finish({ error: 'access_denied', error_description: 'the person cancelled' });
    ctx.type = 'html';
    ctx.set('cache-control', 'no-store');
    const action = `/sign-in/${uid}`;
    if (prompt.name === 'consent') {
      if (ctx.method !== 'POST') {
        ctx.body = page(action, '', '');
        return undefined;
      }
      const grant = (grantId && await provider.Grant.find(grantId))
        || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
      grant.addOIDCScope(params.scope);
      return finish({ consent: { grantId: await grant.save() } });
    }
    if (ctx.method !== 'POST') {
      ctx.body = page(action, '', waiting.has(uid) ? code : password);
      return undefined;
    }
    const typed = await form(ctx.req);
    const half = waiting.get(uid);
    if (!half) {
      const person = people.get(typed.get('username'));
      const right = person !== undefined && person.password === typed.get('password');
      if (right) waiting.set(uid, person);
      ctx.body = right ? page(action, '', code) : page(action, 'User name or password is wrong.', password);
      return undefined;
    }
    const totp = new TOTP({ secret: Secret.fromBase32(half.totp) });
    if (totp.validate({ token: typed.get('otp') ?? '', window: 1 }) === null) {
      ctx.body = page(action, 'The code is wrong.', code);
      return undefined;
    }
    return finish({ login: { accountId: half.user, acr: 'mfa', amr: ['pwd', 'otp', 'mfa'] } });
  };
}
