/** The settings of this server as an administrator may see them. */
import type { Config } from '../../config.ts'
import type { Feature, Variable } from '../../core/feature.ts'
import { declared, type VariableName } from '../../declared.ts'
import type { Setting } from './schema.ts'

/**
 * Texts that hold no secret. A text that is not listed here, such as one of a later release, is hidden: the list says what is
 * shown, and not what is secret. Numbers and choices are always shown.
 */
const SHOWN: ReadonlySet<string> = new Set<VariableName>([
  'HOST',
  'TLS_CERT',
  'TLS_KEY', // the path of its file
  'APP_URL',
  'BRAND_NAME',
  'BRAND_COLOR',
  'BRAND_CSS',
  'TERMS_URL',
  'PRIVACY_URL',
  'SUPPORT_URL',
  'HOME_URL',
  'CORS_ORIGINS',
  'TRUSTED_PROXIES',
  'ACCESS_TOKEN_CLAIMS',
  'RETURN_URLS',
  'METADATA_FILTER_KEY',
  'RP_ID',
  'PASSKEY_ORIGINS',
  'MAIL_FROM',
  'MAIL_EHLO_NAME',
  'ID_JAG_PROVIDERS',
])
/** URLs whose user, password, path or query may be a secret. */
const ORIGIN_SHOWN: ReadonlySet<string> = new Set<VariableName>([
  'DATABASE_URL',
  'REDIS_URL',
  'MAIL_URL',
  'DNS_OVER_HTTPS_URL',
])

/** What counts where the variable is unset (`config.ts`). */
const derivedFrom = (config: Config): Partial<Record<VariableName, string | number>> => ({
  APP_URL: config.appUrl,
  ANONYMOUS_USERS: config.anonymousUsers ? 'allow' : 'refuse',
  EMAIL_VERIFICATION: config.emailVerification,
  LOG_LEVEL: config.logLevel,
  MAIL_FROM: config.mailFrom,
  MAIL_EHLO_NAME: config.mailEhloName,
  RP_ID: config.rpId,
  SHUTDOWN_GRACE_SECONDS: config.shutdownGraceSeconds,
  ...(config.mailUrl !== undefined && { MAIL_URL: config.mailUrl }),
})

/** Every declared variable, by the feature that declares it. */
export const listSettings = (config: Config): Setting[] =>
  declared.flatMap((feature) =>
    Object.entries<Variable>(feature.variables ?? {}).map(([name, variable]) =>
      describe(config, feature, name, variable),
    ),
  )

function describe(config: Config, { name: feature }: Feature, name: string, variable: Variable): Setting {
  const variables: Readonly<Record<string, string | number | undefined>> = config.variables
  const given = variables[name]
  const derived: Readonly<Record<string, string | number>> = derivedFrom(config)
  const value = given ?? derived[name]
  return {
    name,
    feature,
    description: variable.description,
    type: 'oneOf' in variable ? 'choice' : variable.type,
    choices: 'oneOf' in variable ? [...variable.oneOf] : [],
    source: sourceOf(given, variable.default, value),
    ...shown(name, variable, value),
  }
}

function sourceOf(given: unknown, byDefault: unknown, value: unknown): Setting['source'] {
  if (given === undefined) return value === undefined ? 'unset' : 'derived'
  return given === byDefault ? 'default' : 'set'
}

function shown(
  name: string,
  variable: Variable,
  value: string | number | undefined,
): Pick<Setting, 'value' | 'hidden'> {
  if (value === undefined) return { value: null, hidden: false }
  if (typeof value === 'number' || 'oneOf' in variable || SHOWN.has(name)) return { value, hidden: false }
  return { value: ORIGIN_SHOWN.has(name) ? originOf(value) : null, hidden: true }
}

/** Scheme, host and port. A URL without a host, such as `file:` and `console:`, has no credentials and is shown whole. */
function originOf(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, host } = new URL(text)
  return host === '' ? text : `${protocol}//${host}`
}
