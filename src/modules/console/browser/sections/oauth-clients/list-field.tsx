/** @jsxImportSource preact */
/** Several words, one a line. The server's fault at `/redirectUris/1` is told with the line that it is about. */
import type { ComponentChildren } from 'preact'
import type { Problem } from '../../../../../browser/api.ts'
import { AreaField, type Bound } from '../../../../../browser/fields.tsx'
import { wordsIn } from './lists.ts'

interface ListFieldProps extends Bound<string> {
  label: string
  hint?: ComponentChildren
  required?: boolean
  problem: Problem | undefined
}

export function ListField({ name, value, onValue, label, hint, required = false, problem }: ListFieldProps) {
  const words = wordsIn(value)
  const named: Problem | undefined = problem && {
    ...problem,
    errors: problem.errors.map(({ path, message }) => {
      const at = path.startsWith(`/${name}/`) ? words[Number(path.slice(name.length + 2))] : undefined
      return { path, message: at === undefined ? message : `${at}: ${message}` }
    }),
  }
  return (
    <AreaField
      name={name}
      value={value}
      onValue={onValue}
      label={label}
      hint={hint}
      mono
      rows={3}
      required={required}
      problem={named}
    />
  )
}
