/** What a stranger may write behind the # of a link. */
export const HOSTILE_FRAGMENTS = {
  markup: '#token=<img src=x onerror=alert(1)>',
  'encoded markup': '#token=%3Cscript%3Ealert(1)%3C/script%3E',
  'markup without a name': '#<svg/onload=alert(1)>',
  'a URL': '#token=javascript:alert(1)',
  'another site': '#return=https://evil.example',
  'null bytes': '#token=%00%00%00',
  'a token and a null byte': `#token=${'A'.repeat(43)}%00`,
  'no UTF-8': '#token=%ff%fe%E0%A4%A',
  'a prototype': '#__proto__',
  'a selector': '#token="],[data-state=done',
  '100,000 characters': `#token=${'A'.repeat(100_000)}`,
  nothing: '#token=',
}
