type Lock = {
  readonly packages: Readonly<
    Record<
      string,
      { readonly version?: string; readonly optional?: boolean; readonly link?: boolean }
    >
  >
}

export function missingPackages(lock: Lock, installed: Lock | undefined): string | undefined
export function pinnedNodePath(): string
