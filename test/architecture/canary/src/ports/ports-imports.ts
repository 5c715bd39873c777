import '../checkout/reduce.ts'
