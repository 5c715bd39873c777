type Entry = {
  readonly version?: string
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

export function platformOf(packageName: string): Readonly<Record<string, readonly string[]>>
export function missingEntries(lock: {
  readonly packages: Readonly<Record<string, Entry>>
}): readonly (readonly [path: string, entry: Entry])[]
