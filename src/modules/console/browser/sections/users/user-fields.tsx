/** @jsxImportSource preact */
/** Fields of a user, who is new or not. */
import type { Problem } from '../../../../../browser/api.ts'
import { type Bound, ChoiceField, SelectField, TextField } from '../../../../../browser/fields.tsx'
import { languageNames, locales } from '../../../../../lib/languages.ts'
import { roleNames } from './role-names.ts'

interface NameFieldsProps {
  name: Bound<string>
  username: Bound<string>
  problem: Problem | undefined
}

export const NameFields = ({ name, username, problem }: NameFieldsProps) => (
  <div class="fields">
    <TextField {...name} label="Name" maxLength={200} problem={problem} />
    <TextField {...username} label="Username" hint="Leave it empty for none." maxLength={128} problem={problem} />
  </div>
)

export const LanguageField = (field: Bound<string>) => (
  <SelectField
    {...field}
    label="Language of mails"
    options={[['', 'That of the request'], ...locales.map((locale) => [locale, languageNames[locale]] as const)]}
  />
)

interface RolesFieldProps {
  /** Those that the user has. */
  had?: readonly string[]
  hint?: string
  value: readonly string[]
  onValue: (value: string[]) => void
  problem: Problem | undefined
}

export const RolesField = ({ had, hint, value, onValue, problem }: RolesFieldProps) => (
  <ChoiceField
    label="Roles"
    hint={hint}
    options={roleNames(had)}
    value={value}
    onValue={onValue}
    pointer="/roles"
    problem={problem}
  />
)
