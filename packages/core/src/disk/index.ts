export { diskDevice, diskFormats, type DiskFormat, type PackInput } from './formats.ts'
export { listingArgv, parseListing, type DirectoryListing } from './listing.ts'
