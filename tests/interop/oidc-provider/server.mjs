// oidc-provider as the authorization server of a strict portal: PKCE, PAR and DPoP with a nonce are required,
// refresh tokens rotate and a spent one ends its family. Its own login pages ask for a password, then for a code.
//
// One argument: {"client", "redirect", "resource": {"id", "secret"}, "people": [{"user", "password", "totp", "patient",
// "fhirUser"}]}. Says {"issuer", "control"} in one line on standard output.
// `control` belongs to the checks: what the server saw, how long access tokens live, ending a token or
// somebody's grants.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { pages } from './pages.mjs';

const settings = JSON.parse(process.argv[2]);
const people = new Map(settings.people.map((person) => [person.user, person]));
const scopes = [
  'openid', 'fhirUser', 'offline_access', 'launch/patient',
  'patient/Patient.rs', 'patient/Communication.rs', 'patient/Communication.crs',
];
const seen = [];
const grants = new Map();
let accessTokenLife = 300;

function listen(handler) {
  return new Promise((resolve) => {
    const server = createServer(handler);
    server.listen(0, '127.0.0.1', () => resolve({ server, origin: `http://127.0.0.1:${server.address().port}` }));
  });
}

const { server, origin: issuer } = await listen();
const provider = new Provider(issuer, {
  clients: [{
    client_id: settings.client,
    client_name: 'Pericard',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: [settings.redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    dpop_bound_access_tokens: true,
    require_pushed_authorization_requests: true,
  }, {
    // The resource server, which asks what a token is worth.
    client_id: settings.resource.id,
    client_secret: settings.resource.secret,
    redirect_uris: [],
    grant_types: [],
    response_types: [],
  }],
  scopes,
  claims: { openid: ['sub', 'auth_time', 'acr', 'amr'], fhirUser: ['fhirUser'] },
  // SMART App Launch has fhirUser in the id_token itself.
  conformIdTokenClaims: false,
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  jwks: { keys: [signingKey()] },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  features: {
    devInteractions: { enabled: false },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === settings.resource.id },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    registration: { enabled: true },
    revocation: { enabled: true, allowedPolicy: () => true },
  },
  rotateRefreshToken: true,
  // offline_access would be dropped without prompt=consent (OpenID Connect Core §11); this portal keeps people signed in.
  issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: async () => false,
  ttl: {
    AccessToken: () => accessTokenLife,
    AuthorizationCode: 60,
    Grant: 86400,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: 86400,
    Session: 86400,
  },
  interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (_, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, fhirUser: people.get(id)?.fhirUser }),
  }),
  // What the clinic learns of a token, beside the usual.
  extraTokenClaims: ({ oidc: { entities } }, token) => ({
    patient: people.get(token.accountId)?.patient,
    auth_time: (entities.AuthorizationCode ?? entities.RefreshToken)?.authTime,
  }),
});

function signingKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'interop' };
}

provider.use(async (ctx, next) => {
  await next();
  const { route, params, entities } = ctx.oidc ?? {};
  if (!route) return;
  if (route === 'token' && ctx.body?.access_token) {
    // The launch context of SMART App Launch.
    ctx.body.patient = people.get(entities.Account.accountId)?.patient;
    const of = grants.get(entities.Account.accountId) ?? new Set();
    grants.set(entities.Account.accountId, of.add(entities.Grant.jti));
  }
  seen.push({
    route,
    status: ctx.status,
    error: ctx.body?.error ?? null,
    description: ctx.body?.error_description ?? null,
    grant_type: params?.grant_type ?? null,
    proof: ctx.get('dpop') !== '',
    rotated: entities?.RotatedRefreshToken !== undefined,
    parameters: Object.keys(params ?? {}).filter((name) => params[name] !== undefined),
  });
});
provider.use(pages(provider, people));
server.on('request', provider.callback());

async function alive(user) {
  let count = 0;
  for (const id of grants.get(user) ?? []) count += await provider.Grant.find(id) === undefined ? 0 : 1;
  return count;
}

const actions = {
  '/seen': () => seen.splice(0),
  '/access-token-life': ({ seconds }) => { accessTokenLife = seconds; return {}; },
  // Revoking an access token by RFC 7009 would end its refresh token too.
  '/end-access-token': async ({ token }) => {
    await (await provider.AccessToken.find(token))?.destroy();
    return {};
  },
  '/grants': async ({ user }) => ({ alive: await alive(user) }),
  async '/end-grants'({ user }) {
    for (const id of grants.get(user) ?? []) {
      await Promise.all(['AccessToken', 'RefreshToken'].map((kind) => provider[kind].revokeByGrantId(id)));
      await (await provider.Grant.find(id))?.destroy();
    }
    return {};
  },
};
const { origin: control } = await listen(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const action = actions[request.url];
  const text = Buffer.concat(chunks).toString();
  const answer = action ? await action(text ? JSON.parse(text) : {}) : { error: 'no such action' };
  response.writeHead(action ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});

console.log(JSON.stringify({ issuer, control }));
