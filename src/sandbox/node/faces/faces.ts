import type { SandboxClock } from '../../clock.ts'
import { PEOPLE } from '../../faces/person.ts'
import type { FaceCodeType } from './face-codes.ts'
import { FaceCodes } from './face-codes.ts'
import type { ReadPerson } from './face-provider.ts'
import { FaceProvider } from './face-provider.ts'
import type { FacesTable, PersonRow } from './faces-table.ts'
import { ProviderKey } from './provider-key.ts'

/** How some of the drawn people differ from the others, who are grown up and simply pay. */
const PECULIAR: Readonly<Record<number, Partial<PersonRow>>> = {
  2: { scenario: 'password_ok' },
  3: { scenario: 'not_enough' },
  4: { scenario: 'ok_slowly' },
  5: { age: 11 },
  6: { status: 'closed' },
}
/** The last of the drawn people is enrolled nowhere. */
const DEMO_PEOPLE = PEOPLE - 1

/** One of the demo: the number of a drawn person, which is also the last digits of the phone. */
const demoPerson = (personId: number): PersonRow => ({
  personId,
  digits: String(personId).padStart(4, '0'),
  age: 34,
  status: 'enrolled',
  ...PECULIAR[personId],
})

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
    for (let personId = 0; personId < DEMO_PEOPLE; personId += 1) {
      if (this.table.people.get(String(personId)) === undefined) this.enrol(demoPerson(personId))
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
