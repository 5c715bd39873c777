import type { SandboxClock } from '../../clock.ts'
import type { FaceCodeType } from './face-codes.ts'
import { FaceCodes } from './face-codes.ts'
import type { ReadPerson } from './face-provider.ts'
import { FaceProvider } from './face-provider.ts'
import type { FacesTable, PersonRow } from './faces-table.ts'
import { ProviderKey } from './provider-key.ts'

/** Somebody to have when nobody was enrolled: one of each kind, each with a number of the drawn people. */
export const DEMO_PEOPLE: readonly PersonRow[] = [
  { personId: 1, digits: '0001', age: 34, status: 'enrolled' },
  { personId: 2, digits: '0002', age: 61, status: 'enrolled', scenario: 'password_ok' },
  { personId: 3, digits: '0003', age: 25, status: 'enrolled', scenario: 'not_enough' },
  { personId: 4, digits: '0004', age: 45, status: 'enrolled', scenario: 'ok_slowly' },
  { personId: 5, digits: '0005', age: 11, status: 'enrolled' },
  { personId: 6, digits: '0006', age: 52, status: 'closed' },
]

/** Recognition and face codes, apart from the gateway. Every method expects a ledger transaction. */
export class Faces {
  readonly provider: FaceProvider
  readonly codes: FaceCodes
  readonly table: FacesTable

  constructor(parts: {
    readonly dir: string
    readonly table: FacesTable
    readonly clock: SandboxClock
    readonly hashKey: string
    readonly readPerson: ReadPerson
  }) {
    const { dir, table, clock, readPerson } = parts
    this.table = table
    this.codes = new FaceCodes(parts)
    const key = ProviderKey.open(dir)
    this.provider = new FaceProvider({ key, table, codes: this.codes, clock, readPerson })
  }

  /** Enrols somebody, or says anew who they are. */
  enrol(person: PersonRow): PersonRow {
    return this.table.people.put(String(person.personId), person)
  }

  /** Enrols the people of the demo who are not there yet. */
  enrolDemo(): void {
    for (const one of DEMO_PEOPLE) {
      if (this.table.people.get(String(one.personId)) === undefined) this.enrol(one)
    }
  }

  /** A code as the official device's service would give it, which looks at faces by itself. */
  deviceCode(wish: {
    readonly type: FaceCodeType
    readonly outTradeNo: string
    readonly amountFen: number
    readonly personId: number | undefined
  }): { face_code: string; openid: string; underage_state: 0 | 1 | 2; expires_at_ms: number } {
    const { type, outTradeNo, amountFen, personId = null } = wish
    const person = this.table.people.get(String(personId))
    const { code, openid, expiresAtMs } = this.codes.mint(type, {
      outTradeNo,
      amountFen,
      serial: null,
      consentId: null,
      personId,
      scenario: person?.scenario ?? null,
    })
    const age = person === undefined ? 0 : person.age < 18 ? 2 : 1
    return { face_code: code, openid, underage_state: age, expires_at_ms: expiresAtMs }
  }

  /** What is stored, counted in the file itself. */
  inventory() {
    return {
      biometric_items: this.table.biometricItems(),
      people: this.table.people.all().length,
      captures_used: this.table.captures.all().length,
      consents_used: this.table.consents.all().length,
      codes: this.table.codes.all().length,
      audit_entries: this.table.audit.all().length,
    }
  }
}
