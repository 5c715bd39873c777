import { z } from 'zod'

const text = (most: number) => z.string().trim().min(1).max(most)

/** Terms of face pay in a grant, but for the digest of the provider's key (docs/gateway.md, Grant). */
export const faceTermsSchema = z.strictObject({
  per_txn: z.number().int().min(0),
  per_day: z.number().int().min(0).exactOptional(),
  confirm: z.enum(['phone', 'password_on_phone']),
  liveness_profile: text(64),
  handler: z.strictObject({ name: text(64), contact: text(64) }),
  recipient: text(200),
  notice_version: text(50),
})
export type FaceTerms = z.infer<typeof faceTermsSchema>

/** What the sandbox grants until it is told otherwise; made up, and for rehearsals only. */
export const FACE_TERMS: FaceTerms = {
  per_txn: 50_000,
  confirm: 'phone',
  liveness_profile: 'rehearsal-1',
  handler: { name: '柜台示范店 Guitai demo store', contact: 'privacy@example.com' },
  recipient: '沙箱刷脸服务 Sandbox face service',
  notice_version: '1',
}
