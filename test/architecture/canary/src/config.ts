import './checkout/reduce.ts'
