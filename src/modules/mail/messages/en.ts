/**
 * Texts of every mail, in English: the frame, and the block with a code. ICU messages: `{brand}` is BRAND_NAME, `{at}`
 * a time.
 */
export const en = {
  'proof.enterCode': 'Enter this code where you left off:',
  'proof.orLink': 'Or continue in your browser:',
  'proof.life':
    'The code and the button work once, within {life}. Never share the code with another person, even if they ask for it.',
  'life.minutes': '{count, plural, one {# minute} other {# minutes}}',
  'life.hours': '{count, plural, one {# hour} other {# hours}}',
  'proof.preview': 'Your code is {code}',
  'fact.when': 'When',
  'fact.device': 'Device',
  'fact.address': 'IP address',
  time: '{at, date, utc}',
  footer: 'Sent by {brand} ({host}) about your account. Replies to this mail are not read.',
} as const
