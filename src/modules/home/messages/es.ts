import type { en } from './en.ts'

/** In Spanish. If a message of the English file is missing here, the code does not compile. */
export const es: Record<keyof typeof en, string> = {
  'out.heading': 'Le damos la bienvenida a {brand}',
  'out.why': 'Inicie sesión para abrir su cuenta, o cree una.',
  'out.signIn': 'Iniciar sesión',
  'out.signUp': 'Crear cuenta',
  'in.heading': 'Ha iniciado sesión',
  'in.as': 'Sesión de',
  'in.signOut': 'Cerrar sesión',
  'go.account': 'Su cuenta',
  'go.account.why': 'Perfil, contraseña, claves de acceso, dispositivos y aplicaciones',
  'go.manage': 'Consola',
  'go.manage.why': 'Personas, organizaciones, aplicaciones y el registro de auditoría',
  'go.docs': 'Documentación',
  'go.docs.why': 'Guías, la API y sus errores',
  'missing.heading': 'Esta página no existe',
  'missing.why': 'La dirección es incorrecta, o la página ha cambiado de lugar. No se ha modificado nada.',
  'failed.heading': 'No ha funcionado',
  'failed.request': 'Si vuelve a ocurrir, indique este número a su administrador: {request}',
  'failed.busy.heading': 'Inténtelo de nuevo en un momento',
  'failed.busy':
    'El servidor está demasiado ocupado, o está recibiendo una nueva versión. Espere un momento y vuelva a cargar la página.',
  'go.home': 'A la página de inicio',
}
