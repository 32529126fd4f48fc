export { fetchRegistryObject, type RegistryObject } from './fetch-blob.ts'
