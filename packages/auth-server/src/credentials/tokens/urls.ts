/** The URLs in tokens: of the issuer, and of audiences. Verifiers compare them as text, so each has one spelling. */

/** The result of parsing: a valid URL, or a sentence about what is wrong. */
type UrlReading =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly problem: string };

/** As on the wire. */
const MOST_CHARACTERS = 512;

/** Reads the URL of an issuer: an origin with https. Returns it without a slash at the end. */
export function readIssuerUrl(text: string): UrlReading {
  const url = parse(text);
  if (url?.protocol !== 'https:')
    return problem('Give an address with https, such as https://login.example.org.');
  if (url.href !== `${url.origin}/`) return problem(`Give only the origin: ${url.origin}`);
  return text === url.origin || text === url.href
    ? { ok: true, url: url.origin }
    : problem(`Write it as ${url.origin}`);
}

/** Reads the audience of a service: a URL with http or https, spelled as `URL` prints it, with or without its last slash. */
export function readAudience(text: string): UrlReading {
  const url = parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    return problem('Give the address of the service, such as https://wiki.example.org.');
  if (url.username !== '' || url.password !== '')
    return problem('The address must not contain a user or a password.');
  if (url.hash !== '' || /[#\s]/.test(text)) return problem('The address must not contain a # or spaces.');
  if (url.href.length > MOST_CHARACTERS)
    return problem(`The address is longer than ${MOST_CHARACTERS} characters.`);
  return text === url.href || `${text}/` === url.href
    ? { ok: true, url: text }
    : problem(`Write it as ${url.href}, exactly as the service will compare it.`);
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function problem(text: string): UrlReading {
  return { ok: false, problem: text };
}
