export { checkWritable, writeCertificate } from './certificate-file.ts';
export { type CertificatePlace, HeldCertificates } from './held.ts';
