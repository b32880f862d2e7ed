/** @jsxImportSource preact */
import { Badge } from '../../../../../browser/detail.tsx'

export const RoleBadges = ({ roles }: { roles: readonly string[] }) => (
  <span class="badges">
    {roles.map((role) => (
      <Badge key={role} tone={role === 'owner' || role === 'admin' ? 'brand' : 'plain'}>
        {role}
      </Badge>
    ))}
  </span>
)
