/** @jsxImportSource preact */
import { Fragment } from 'preact'
import type { ListedPermission } from '../../../../permissions/schema.ts'
import type { Role } from '../../../../roles/schema.ts'
import { groupsOf } from '../permissions/groups.ts'

/** Permissions down, roles across. A permission that a role has by inheritance is told apart. */
export function RoleMatrix({
  roles,
  permissions,
}: {
  roles: readonly Role[]
  permissions: readonly ListedPermission[]
}) {
  const inherited = (role: Role): readonly string[] =>
    roles.find(({ name }) => name === role.inherits)?.permissions ?? []
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="matrix-scroll" aria-label="Roles side by side" tabIndex={0}>
      <table class="matrix" aria-label="Permissions of each role">
        <thead>
          <tr>
            <th scope="col">Permission</th>
            {roles.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groupsOf(permissions).map(({ noun, permissions: members }) => (
            <Fragment key={noun}>
              <tr class="noun">
                <th scope="rowgroup" colSpan={roles.length + 1}>
                  {noun}
                </th>
              </tr>
              {members.map(({ name }) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  {roles.map((role) => (
                    <td key={role.name}>
                      {role.permissions.includes(name) ? (
                        <span class="has">yes</span>
                      ) : inherited(role).includes(name) ? (
                        <span class="has soft">inherited</span>
                      ) : (
                        <span class="soft">–</span>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  )
}
