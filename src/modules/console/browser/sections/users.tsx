/** @jsxImportSource preact */
import { pagedList } from '../../../../browser/list.ts'
import { useEffect } from 'preact/hooks'

const users = pagedList<{ id: string; email: string | null; name: string }>('/v1/users')

export default function Users() {
  useEffect(() => void users.load(), [])
  return (
    <>
      <h1>Users</h1>
      <table>
        <tbody>
          {users.items.value.map(({ id, email, name }) => (
            <tr key={id}>
              <td>{email}</td>
              <td>{name}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
