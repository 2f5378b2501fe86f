// `--role` of commands about permissions: whose are meant.
import { type Role, roles } from '../../permissions/permission-list.ts';
import { listOption, type OptionValues } from '../invocation.ts';
import { invalidOption } from '../quantities.ts';

/** In the order of the list; all unless given. Throws CW-6008. */
export function permissionRoles(options: OptionValues): readonly Role[] {
  const given = listOption(options, 'role');
  if (given.length === 0) return roles;
  const words = given.flatMap((text) => text.split(',')).map((word) => word.trim());
  const stranger = words.find((word) => !(roles as readonly string[]).includes(word));
  if (stranger !== undefined) throw invalidOption('role', stranger, `one of ${roles.join(', ')}`);
  return roles.filter((role) => words.includes(role));
}
