/** What the OpenAPI document says of the whole API. */
export const SCREEN_TOKEN_NOTE = [
  'The terminal serves this on loopback only. Every call carries `Authorization: Bearer <token>`;',
  'the token decides the scopes. A Host header that is not a loopback address is refused, and so is',
  'an Origin that the configuration does not list. Every command carries a `clientId`: repeating a',
  'command with the same one returns the first answer and does nothing again. Every refusal says in',
  '`moneyTaken` whether money was taken. Changes are pushed over the WebSocket `/v1/watch` with the',
  'subprotocols `guitai.v1` and `token.<token>`: `{"kind":"watch","topic":…}` with `cashier` or `sales`,',
  'or `customer` for what the customer reads, which is all that a token of the scope `customer` may.',
].join(' ')
