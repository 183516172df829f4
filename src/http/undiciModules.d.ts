// undici publishes types for its front door only; these are for the one file and the two symbols that we take.
declare module 'undici/lib/dispatcher/client.js' {
  import type Dispatcher from 'undici/types/dispatcher.js';
  import type UndiciClient from 'undici/types/client.js';

  const Client: new (origin: string, options: UndiciClient.Options) => Dispatcher;
  export default Client;
}

declare module 'undici/lib/core/symbols.js' {
  const symbols: { readonly kParser: symbol };
  export default symbols;
}
