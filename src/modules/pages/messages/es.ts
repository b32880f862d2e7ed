import type { en } from './en.ts'

/** The texts of the pages, in Spanish. */
export const es: Record<keyof typeof en, string> = {
  'field.email': 'Dirección de correo electrónico',
  'field.email.hint': 'como ada@example.com',
  'field.code': 'Código de 6 dígitos',
  'field.code.hint': 'seis dígitos, del correo',
  'field.factor': 'Código',
  'field.factor.hint': 'Seis dígitos de su aplicación de autenticación, o uno de sus códigos de recuperación.',
  'field.rememberDevice': 'No preguntar en este dispositivo durante 30 días',
  'field.password': 'Contraseña nueva',
  'field.password.hint':
    'Al menos {min, plural, one {# carácter} other {# caracteres}}. Unas pocas palabras que pueda recordar forman una buena contraseña.',
  'field.password.show': 'Mostrar la contraseña',
  'code.why': 'Introduzca su dirección de correo electrónico y el código de 6 dígitos del correo.',
  'code.ask': 'Enviarme un correo nuevo',
  'ask.heading': 'Recibir un correo nuevo',
  'ask.why': 'Introduzca su dirección de correo electrónico. Le enviaremos un enlace y un código nuevos.',
  'ask.button': 'Enviar correo',
  'ask.code': 'Tengo un código',
  'factor.heading': 'Un paso más',
  'factor.why': 'Su cuenta pide un segundo factor.',
  'factor.button': 'Iniciar sesión',
  'factor.passkey': 'Usar una llave de acceso',
  'done.return': 'Continuar a {brand}',
  late: 'Todavía se está cargando. Si no ocurre nada, vuelva a cargar esta página: el enlace sigue funcionando.',
  noscript:
    'Esta página necesita JavaScript, pero JavaScript está desactivado en este navegador. Actívelo y abra de nuevo el enlace del correo. El enlace sigue funcionando.',
  'say.link.invalid': 'Este enlace ya no funciona: ya se usó o es demasiado antiguo.',
  'say.link.damaged': 'Este enlace está incompleto. Cópielo entero del correo o pida un correo nuevo.',
  'say.code.invalid':
    'Este código no funciona. Es incorrecto, ya se usó o es demasiado antiguo, o lo sustituyó un correo más reciente. Compruebe el código o pida un correo nuevo.',
  'say.mfa.required':
    'No ha iniciado sesión. Su cuenta también pide una llave de acceso, y este navegador no admite llaves de acceso. Use otro navegador.',
  'say.passkey.invalid': 'Esta llave de acceso no funciona aquí. Pruebe con otra o inicie sesión de otra forma.',
  'say.passkey.cancelled': 'No se usó ninguna llave de acceso. Inténtelo de nuevo o inicie sesión de otra forma.',
  'say.mfa.code_invalid':
    'Este código es incorrecto o ya se usó. Espere al código siguiente o use un código de recuperación.',
  'say.mfa.challenge_invalid':
    'Tardó demasiado, o hubo demasiados códigos incorrectos. Pida un correo nuevo para empezar de nuevo.',
  'say.mail.requested':
    'Si hay una cuenta para esta dirección, un correo está en camino. Mire también en la carpeta de correo no deseado y después introduzca el código aquí o abra el enlace.',
  'say.user.email_taken':
    'Otra cuenta usa ahora esta dirección de correo electrónico. Inicie sesión con esa cuenta o use otra dirección.',
  'say.user.password_refused': 'Elija otra contraseña.',
  'say.request.origin_refused': 'La dirección de esta página no es {host}. Abra de nuevo el enlace del correo.',
  'say.request.invalid': 'Un campo de este formulario no es válido. Compruebe el formulario e inténtelo de nuevo.',
  'say.request.rate_limited': 'Demasiados intentos. Inténtelo de nuevo {when}.',
  'say.server.busy': 'El servidor está ocupado. Inténtelo de nuevo en un momento.',
  'say.server.error': 'Algo falló por nuestra parte. Inténtelo de nuevo en un momento.',
  'say.offline': 'El servidor no respondió. Compruebe su conexión e inténtelo de nuevo.',
  'reset-password.noscript': 'Sin JavaScript puede poner una contraseña nueva con un código que le enviamos.',
  'reset-password.noscript.link': 'Pedir un código',

  'verify-email.link.heading': 'Confirme su dirección de correo electrónico',
  'verify-email.link.why': 'Pulse el botón para confirmar que esta dirección es suya.',
  'verify-email.link.button': 'Confirmar la dirección',
  'verify-email.link.notYou': 'Si no se registró en {brand}, cierre esta página. Nada ocurre sin el botón.',
  'verify-email.done.heading': 'Su dirección de correo electrónico está confirmada',
  'verify-email.done.why': 'Puede cerrar esta página y continuar donde se registró.',
  'verify-email.say.link.invalid':
    'Este enlace ya no funciona: ya se usó o es demasiado antiguo. Si ya confirmó su dirección, inicie sesión.',
  'verify-email.say.mail.requested':
    'Si esta dirección aún no está confirmada, un correo está en camino. Mire también en la carpeta de correo no deseado y después introduzca el código aquí o abra el enlace.',
  'confirm-email.link.heading': 'Confirme su nueva dirección de correo electrónico',
  'confirm-email.link.why':
    'Pulse el botón para que esta sea la dirección de su cuenta. Después enviaremos sus correos a ella.',
  'confirm-email.link.button': 'Confirmar la nueva dirección',
  'confirm-email.link.notYou': 'Si no pidió esto, cierre esta página. Nada ocurre sin el botón.',
  'confirm-email.ask.heading': 'Introduzca de nuevo la nueva dirección',
  'confirm-email.ask.why':
    'Inicie sesión en {brand} e introduzca de nuevo la nueva dirección en su cuenta. Entonces recibirá un correo nuevo. Su cuenta conserva la dirección anterior hasta que confirme la nueva.',
  'confirm-email.done.heading': 'Su nueva dirección de correo electrónico está confirmada',
  'confirm-email.done.why':
    'A partir de ahora, inicie sesión con ella. También enviamos un correo a su dirección anterior.',
  'reset-password.link.heading': 'Establezca una contraseña nueva',
  'reset-password.link.why': 'Sustituye la contraseña anterior de su cuenta.',
  'reset-password.link.button': 'Establecer contraseña nueva',
  'reset-password.link.notYou': 'Si no pidió esto, cierre esta página: su contraseña sigue igual.',
  'reset-password.ask.heading': 'Restablezca su contraseña',
  'reset-password.ask.why':
    'Introduzca la dirección de correo electrónico de su cuenta. Le enviaremos un enlace y un código.',
  'reset-password.done.heading': 'Se cambió su contraseña',
  'reset-password.done.why':
    'A partir de ahora, inicie sesión con la contraseña nueva. Se cerró su sesión en todos los dispositivos.',
  'field.currentPassword': 'Contraseña',
  'enter.heading': 'Primero inicie sesión',
  'enter.why': 'Inicie sesión con la dirección de correo electrónico que recibió la invitación.',
  'enter.button': 'Iniciar sesión',
  'enter.byMail': 'Iniciar sesión por correo',
  'new.heading': 'Crear una cuenta',
  'new.why': 'Use la dirección de correo electrónico que recibió la invitación.',
  'new.button': 'Crear cuenta',
  'new.enter': 'Tengo una cuenta',
  'confirm.heading': 'Confirme su dirección de correo electrónico',
  'confirm.button': 'Confirmar la dirección',
  'again.why': 'Introduzca su dirección de correo electrónico. Le enviaremos un código nuevo.',
  'say.go.on': 'Gracias. Pulse el botón para continuar.',
  'say.auth.invalid_credentials':
    'La dirección de correo electrónico o la contraseña es incorrecta, o la dirección aún no está confirmada.',
  'say.invitation.not_found':
    'Esta invitación no funciona con su cuenta: es para otra dirección, o se usó, se revocó o es demasiado antigua. Inicie sesión con la dirección invitada o pida una invitación nueva.',
  'say.invitation.already_member': 'Ya es miembro de esta organización.',
  'say.invitation.email_unverified':
    'Primero confirme su dirección de correo electrónico. Después abra de nuevo la invitación.',
  'say.invitation.domain_refused': 'La organización no acepta direcciones de su dominio.',
  'say.org.too_many': 'Es miembro de demasiadas organizaciones.',
  'accept-invitation.link.heading': 'Unirse a la organización',
  'accept-invitation.link.why':
    'Pulse el botón para aceptar la invitación. Necesita una cuenta con la dirección de correo electrónico invitada.',
  'accept-invitation.link.org': 'Organización',
  'accept-invitation.link.inviter': 'Invitación de',
  'accept-invitation.link.button': 'Unirse',
  'accept-invitation.link.notYou':
    'Si no conoce la organización del correo, cierre esta página. Nada ocurre sin el botón.',
  'accept-invitation.missing.why': 'Abra el enlace del correo con su invitación. También la encuentra en su cuenta.',
  'accept-invitation.missing.account': 'Ir a su cuenta',
  'accept-invitation.ask.heading': 'Iniciar sesión por correo',
  'accept-invitation.ask.why': 'Introduzca la dirección de correo electrónico de su cuenta. Le enviaremos un código.',
  'accept-invitation.done.heading': 'Ya es miembro',
  'accept-invitation.done.why': 'Puede cerrar esta página o continuar.',
  'accept-invitation.say.user.email_taken':
    'Hay una cuenta con esta dirección de correo electrónico. Inicie sesión con ella.',
  'accept-invitation.say.mail.requested':
    'Si esta dirección puede usarse, un correo está en camino. Mire también en la carpeta de correo no deseado y después introduzca el código aquí.',
}
