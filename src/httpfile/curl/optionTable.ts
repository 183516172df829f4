/** What an option means for the request. */
export type Role =
  /** It says what is sent. */
  | 'acts'
  /** It changes what curl prints or how long it tries, and not what is sent. */
  | 'harmless'
  /** It would change what is sent, to whom, or how, in a way that is not done here. */
  | 'refused';

export interface CurlOption {
  readonly name: string;
  readonly takesArgument: boolean;
  /** Whether `--no-name` turns it off again. */
  readonly canBeOff: boolean;
  readonly role: Role;
}

/**
 * Every option of curl 7.88 and those that came up to 8.16, as its manual and `curl --help all` list them. A short form
 * stands before the colon; `=` takes an argument; `!` cannot be turned off with `--no-`.
 */
const options: Readonly<Record<Role, string>> = {
  acts: `
  -d:data= data-ascii= data-binary= data-raw= data-urlencode= json= url-query= -F:form= form-string=
  form-escape -T:upload-file= -G:get -I:head -X:request= -H:header= -u:user= -A:user-agent= -e:referer=
  -b:cookie= -r:range= oauth2-bearer= basic digest aws-sigv4= -k:insecure -L:location -m:max-time= connect-timeout= url=
  -g:globoff
`,
  harmless: `
  alpn -N:buffer clobber compressed compressed-ssh -c:cookie-jar= create-dirs create-file-mode= -q:disable
  -D:dump-header= expect100-timeout= -f:fail fail-early fail-with-body false-start
  happy-eyeballs-timeout-ms= http0.9 http1.1! http2! http3! -i:include ip-tos= -j:junk-session-cookies
  keepalive keepalive-cnt= keepalive-time= libcurl= limit-rate= mptcp npn out-null -o:output= output-dir=
  -Z:parallel parallel-immediate parallel-max= parallel-max-host= -#:progress-bar progress-meter rate= raw
  -J:remote-header-name -O:remote-name remote-name-all -R:remote-time remove-on-error retry=
  retry-all-errors retry-connrefused retry-delay= retry-max-time= sessionid -S:show-error -s:silent
  -Y:speed-limit= -y:speed-time= ssl-no-revoke ssl-revoke-best-effort stderr= styled-output
  suppress-connect-headers tcp-fastopen tcp-nodelay test-event -1:tlsv1! tlsv1.0! tlsv1.1! tlsv1.2! trace=
  trace-ascii= trace-config= trace-ids trace-time -v:verbose vlan-priority= -w:write-out= xattr
`,
  refused: `
  abstract-unix-socket= alt-svc= anyauth -a:append ca-native cacert= capath= -E:cert=
  cert-status cert-type= ciphers= -K:config= connect-to= -C:continue-at= crlf crlfile= curves= delegation=
  disable-eprt disable-epsv disallow-username-in-url dns-interface= dns-ipv4-addr= dns-ipv6-addr=
  dns-servers= doh-cert-status doh-insecure doh-url= dump-ca-embed ech= egd-file= engine= eprt epsv
  etag-compare= etag-save= follow ftp-account= ftp-alternative-to-user= ftp-create-dirs ftp-method=
  ftp-pasv -P:ftp-port= ftp-pret ftp-skip-pasv-ip ftp-ssl ftp-ssl-ccc ftp-ssl-ccc-mode= ftp-ssl-control
  ftp-ssl-reqd haproxy-clientip= haproxy-protocol -h:help hostpubmd5= hostpubsha256= hsts= -0:http1.0!
  http2-prior-knowledge! http3-only! ignore-content-length interface= ipfs-gateway= -4:ipv4! -6:ipv6! key=
  key-type= knownhosts= krb= krb4= -l:list-only local-port= location-trusted login-options= mail-auth=
  mail-from= mail-rcpt= mail-rcpt-allowfails -M:manual max-filesize= max-redirs= metalink negotiate
  -n:netrc netrc-file= netrc-optional -::next! noproxy= ntlm ntlm-wb pass= path-as-is pinnedpubkey= post301
  post302 post303 preproxy= proto= proto-default= proto-redir= -x:proxy= proxy-anyauth proxy-basic
  proxy-ca-native proxy-cacert= proxy-capath= proxy-cert= proxy-cert-type= proxy-ciphers= proxy-crlfile=
  proxy-digest proxy-header= proxy-http2 proxy-insecure proxy-key= proxy-key-type= proxy-negotiate
  proxy-ntlm proxy-pass= proxy-pinnedpubkey= proxy-service-name= proxy-ssl-allow-beast
  proxy-ssl-auto-client-cert proxy-tls13-ciphers= proxy-tlsauthtype= proxy-tlspassword= proxy-tlsuser=
  proxy-tlsv1! -U:proxy-user= proxy1.0= -p:proxytunnel pubkey= -Q:quote= random-file= request-target=
  resolve= sasl-authzid= sasl-ir service-name= sigalgs= skip-existing socks4= socks4a= socks5= socks5-basic
  socks5-gssapi socks5-gssapi-nec socks5-gssapi-service= socks5-hostname= ssl ssl-allow-beast
  ssl-auto-client-cert ssl-reqd ssl-sessions= -2:sslv2! -3:sslv3! -t:telnet-option= tftp-blksize=
  tftp-no-options -z:time-cond= tls-earlydata tls-max= tls13-ciphers= tlsauthtype= tlspassword= tlsuser=
  tlsv1.3! tr-encoding unix-socket= upload-flags= -B:use-ascii variable= -V:version
`,
};

const byName = new Map<string, CurlOption>();
const byLetter = new Map<string, CurlOption>();
const roles: readonly Role[] = ['acts', 'harmless', 'refused'];
for (const role of roles) {
  for (const entry of options[role].trim().split(/\s+/)) {
    const [, letter, name = '', mark] = /^(?:-(.):)?([^=!]+)([=!])?$/.exec(entry) ?? [];
    const option = { name, takesArgument: mark === '=', canBeOff: mark === undefined, role };
    byName.set(name, option);
    if (letter !== undefined) byLetter.set(letter, option);
  }
}

export function shortOption(letter: string): CurlOption | null {
  return byLetter.get(letter) ?? null;
}

/** By its name or the beginning of it, in any case; null where that is none, or several. */
export function longOption(name: string): CurlOption | null {
  const lower = name.toLowerCase();
  const exact = byName.get(lower);
  if (exact !== undefined || lower === '') return exact ?? null;
  let found: CurlOption | null = null;
  for (const [each, option] of byName) {
    if (!each.startsWith(lower)) continue;
    if (found !== null) return null;
    found = option;
  }
  return found;
}
