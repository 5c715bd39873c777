/** The seven kinds of payment interface a merchant can apply for. */
export const INTERFACE_TYPES = [
  'MICROPAY',
  'JSAPI',
  'MINIPROGRAM',
  'NATIVE',
  'APP',
  'H5',
  'FACEPAY',
] as const
export type InterfaceType = (typeof INTERFACE_TYPES)[number]

const SHOP = ['address', 'photo']
const WEBSITE = ['domain', 'authorisation_letter', 'appid']

/**
 * What shows that a scene is what it claims to be, by interface and, where an interface has several
 * kinds of place, by variant. H5 has no list, so nothing is ever enough for it.
 */
export const EVIDENCE: Readonly<
  Record<InterfaceType, Readonly<Record<string, readonly string[]>> | undefined>
> = {
  MICROPAY: { shop: SHOP },
  JSAPI: {
    shop: SHOP,
    official_account: ['appid', 'page_screenshot'],
    website: WEBSITE,
  },
  MINIPROGRAM: { mini_program: ['appid', 'page_screenshot'] },
  NATIVE: { website: WEBSITE, streaming_media: WEBSITE },
  APP: {
    mobile_app: [
      'appid',
      'home_screenshot',
      'last_screenshot',
      'inner_screenshot',
      'payment_screenshot',
      'download_address',
    ],
  },
  H5: undefined,
  FACEPAY: { shop: SHOP },
}

/** Items that name a place; they must be the store's own. */
export const ADDRESS_ITEM = 'address'

export type EvidenceWish = {
  readonly type: InterfaceType
  /** Which list applies; may be left out where an interface has one. */
  readonly variant?: string | undefined
  readonly evidence: Readonly<Record<string, string>>
  /** Address of the store the interface is for. */
  readonly storeAddress: string
}

const listOf = ({ type, variant }: EvidenceWish): readonly string[] | string => {
  const lists = EVIDENCE[type]
  if (lists === undefined) return `evidence.undefined:${type}`
  const names = Object.keys(lists)
  const chosen = variant ?? (names.length === 1 ? names[0] : undefined)
  const list = chosen !== undefined && Object.hasOwn(lists, chosen) ? lists[chosen] : undefined
  return list ?? `evidence.variant_unknown:${type}`
}

/**
 * What is wrong with the evidence for one interface, as codes such as `evidence.missing:FACEPAY:photo`;
 * empty when it is whole.
 */
export function evidenceFaults(wish: EvidenceWish): string[] {
  const list = listOf(wish)
  if (typeof list === 'string') return [list]
  const { type, evidence } = wish
  const missing = list.filter((item) => !evidence[item]?.trim())
  const foreign = Object.keys(evidence).filter((item) => !list.includes(item))
  const address = list.includes(ADDRESS_ITEM) ? evidence[ADDRESS_ITEM] : undefined
  const elsewhere = address !== undefined && address !== wish.storeAddress
  return [
    ...missing.map((item) => `evidence.missing:${type}:${item}`),
    ...foreign.map((item) => `evidence.not_asked_for:${type}:${item}`),
    ...(elsewhere ? [`evidence.address_differs:${type}`] : []),
  ]
}
