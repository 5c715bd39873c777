/** What a person at the counter may be. */
export const ROLES = ['cashier', 'manager', 'installer'] as const
export type Role = (typeof ROLES)[number]

/** Whether a text is a role. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}

/** Somebody who works with the terminal. */
export type Operator = {
  readonly name: string
  readonly role: Role
}

/** What needs more than being at the counter, and who may do it. */
const RIGHTS = {
  refund: ['manager'],
  sale_close: ['manager'],
  shift_close: ['cashier', 'manager'],
  certificates: ['installer'],
  operators: ['installer'],
  enrolment: ['installer'],
  interface_close: ['installer'],
  journal_accept: ['manager', 'installer'],
  administration_view: ['manager', 'installer'],
  measures: ['manager'],
  // An installer who cannot reach the gateway to close a way to pay pauses it instead.
  interface_pause: ['manager', 'installer'],
  clock_unlock: ['installer'],
} as const satisfies Record<string, readonly Role[]>

export type Right = keyof typeof RIGHTS

/** Whether a role includes a right. Roles do not contain one another: an installer gives no refunds. */
export function mayDo(role: Role, right: Right): boolean {
  const roles: readonly Role[] = RIGHTS[right]
  return roles.includes(role)
}

/** Everything a role includes. */
export function rightsOf(role: Role): readonly Right[] {
  return (Object.keys(RIGHTS) as Right[]).filter((right) => mayDo(role, right))
}
