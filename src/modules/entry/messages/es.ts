/** The texts in Spanish. */
import type { en } from './en.ts'

export const es: Record<keyof typeof en, string> = {
  or: 'o',
  'field.email': 'Dirección de correo electrónico',
  'field.name': 'Nombre',
  'field.optional': 'opcional',
  'field.password': 'Contraseña',
  'field.newPassword': 'Nueva contraseña',
  'field.newPassword.hint':
    'Al menos {min, plural, one {# carácter} other {# caracteres}}. Unas cuantas palabras fáciles de recordar son una buena contraseña.',
  'field.showPassword': 'Mostrar la contraseña',
  'field.code': 'Código de 6 dígitos',
  'field.appCode': 'Código de su aplicación de autenticación',
  'field.anyCode': 'Código',
  'field.anyCode.hint': 'Seis dígitos de su aplicación de autenticación, o uno de sus códigos de recuperación.',
  'field.rememberDevice': 'No preguntar en este dispositivo durante 30 días',

  continue: 'Continuar',
  passkey: 'Usar una llave de acceso',
  provider: 'Continuar con {provider}',
  mailCode: 'Enviarme un código por correo',
  mailAgain: 'Enviarme un nuevo correo',
  otherWay: 'Iniciar sesión de otra forma',
  haveCode: 'Tengo un código de un correo',
  sentTo: 'Enviado a',
  account: 'Cuenta',
  signedInAs: 'Ha iniciado sesión como',
  goOn: 'Seguir con esta cuenta',
  otherAccount: 'Iniciar sesión con otra cuenta',
  'noscript.passkey': 'Una llave de acceso necesita JavaScript, que está desactivado en este navegador.',
  'noscript.link':
    'El enlace de un correo necesita JavaScript, que está desactivado en este navegador. Escriba el código del correo en su lugar.',

  'app.named': 'Después continuará en {app}.',
  'app.onThisDevice': 'Después continuará en una aplicación de este dispositivo.',
  'enter.heading': 'Iniciar sesión en {brand}',
  'enter.button': 'Iniciar sesión',
  'enter.forgotten': '¿Ha olvidado la contraseña?',
  'enter.newHere': '¿Es su primera vez aquí?',
  'enter.create': 'Crear una cuenta',
  'code.heading': 'Mire su correo',
  'code.why':
    'Si hay una cuenta con esta dirección, un correo con un código está en camino. Mire también en la carpeta de spam. El enlace del correo también funciona.',
  'code.heading.typed': 'Iniciar sesión con un código',
  'code.why.typed': 'Escriba su dirección de correo electrónico y el código de 6 dígitos del correo.',
  'second.heading': 'Un paso más',
  'second.why': 'Su cuenta pide un segundo factor.',
  'second.why.passkey': 'Su cuenta pide una llave de acceso.',
  'factor.why': 'Esto necesita un segundo factor. Su sesión sigue abierta.',
  'fresh.heading': 'Confirme que es usted',
  'fresh.why': 'Inició sesión hace más de diez minutos. Esto necesita una nueva confirmación. Su sesión sigue abierta.',
  'link.why': 'Pulse el botón para iniciar sesión en su cuenta en este navegador.',
  'link.notYou': 'Continúe solo si usted mismo pidió este correo. Si no, cierre esta página.',
  'done.heading': 'Ha iniciado sesión',
  'done.why': 'Si no ocurre nada, pulse el botón.',

  'new.heading': 'Cree su cuenta',
  'new.button': 'Crear cuenta',
  'new.known': '¿Tiene una cuenta?',
  'new.signIn': 'Iniciar sesión',
  'confirm.heading': 'Mire su correo',
  'confirm.why':
    'Un correo con un código de 6 dígitos está en camino. Escriba el código aquí para confirmar su dirección. Si ya tiene una cuenta, el correo lo dice.',
  'confirm.otherAddress': 'Usar otra dirección de correo',

  'forgot.heading': '¿Ha olvidado la contraseña?',
  'forgot.why':
    'Escriba la dirección de correo electrónico de su cuenta. Le enviamos un código para elegir una nueva contraseña.',
  'forgot.back': 'Volver al inicio de sesión',
  'reset.heading': 'Elija una nueva contraseña',
  'reset.why':
    'Si hay una cuenta con esta dirección, un correo con un código está en camino. Mire también en la carpeta de spam.',

  'say.email.invalid': 'Escriba su dirección de correo electrónico, como ada@example.com.',
  'say.password.missing': 'Escriba su contraseña.',
  'say.password.long': 'Una contraseña tiene como máximo 1024 caracteres.',
  'say.name.invalid': 'Un nombre tiene como máximo 200 caracteres, y ninguno invisible.',
  'say.code.form': 'Escriba los seis dígitos del código.',
  'say.factor.form': 'Escriba seis dígitos de su aplicación de autenticación, o un código de recuperación.',
  'say.auth.invalid_credentials':
    'La dirección de correo o la contraseña no es correcta, o la dirección aún no está confirmada. Compruebe ambas, o pida un código por correo.',
  'say.password.wrong': 'Esta contraseña no es correcta. Inténtelo de nuevo, o pida un código por correo.',
  'say.token.invalid':
    'Este código no funciona. No es correcto, ya se usó o es demasiado antiguo, o un correo más nuevo lo ha sustituido. Compruebe el código, o pida un nuevo correo.',
  'say.link.invalid':
    'Este enlace ya no funciona: ya se usó, o es demasiado antiguo. Escriba su dirección de correo para recibir un nuevo correo.',
  'say.link.damaged': 'Este enlace está incompleto. Cópielo entero del correo, o pida un nuevo correo.',
  'say.mfa.code_invalid':
    'Este código no es correcto o ya se usó. Espere al siguiente código, o use un código de recuperación.',
  'say.mfa.challenge_invalid': 'Ha tardado demasiado, o hubo demasiados códigos incorrectos. Inicie sesión de nuevo.',
  'say.mfa.factor_required': 'Su cuenta necesita aquí su segundo factor.',
  'say.passkey.invalid': 'Esta llave de acceso no funciona aquí. Pruebe otra, o inicie sesión de otra forma.',
  'say.passkey.cancelled': 'No se usó ninguna llave de acceso. Inténtelo de nuevo, o inicie sesión de otra forma.',
  'say.provider.failed':
    'El inicio de sesión con el proveedor no funcionó. Inténtelo de nuevo, o inicie sesión de otra forma.',
  'say.provider.flow_invalid':
    'Este inicio de sesión ya terminó, o tardó demasiado. Vuelva a la página de la que venía y empiece de nuevo, o inicie sesión aquí.',
  'say.user.email_taken':
    'Ya hay una cuenta con esta dirección de correo. Inicie sesión con ella, o use otra dirección.',
  'say.user.password_refused': 'Elija otra contraseña.',
  'say.user.no_password': 'Su cuenta no tiene contraseña. Pida un código por correo.',
  'say.mail.again':
    'Si esta dirección puede recibir un correo, uno nuevo está en camino. Solo funciona el código del correo más nuevo.',
  'say.reset': 'Su contraseña se ha cambiado. Inicie sesión con la nueva.',
  'say.expired': 'Esta página ha esperado demasiado. Empiece de nuevo.',
  'say.signedOut': 'Su sesión se ha cerrado mientras tanto. Inicie sesión de nuevo.',
  'say.ended': 'Su sesión ha terminado. Inicie sesión de nuevo.',
  'say.left': 'Ha cerrado la sesión.',
  'say.cookies':
    'No ha iniciado sesión: este navegador no guardó nuestra cookie. Permita las cookies de {host} en los ajustes, e inicie sesión de nuevo.',
  'say.request.origin_refused':
    'No se ha hecho nada: este formulario no venía de {host}. Rellene el formulario aquí, o abra esta página en otro navegador.',
  'say.request.invalid': 'Un campo de este formulario no es válido. Compruebe el formulario e inténtelo de nuevo.',
  'say.request.rate_limited': 'Demasiados intentos. Inténtelo de nuevo {when}.',
  'say.server.busy': 'El servidor está ocupado. Inténtelo de nuevo en un momento.',
  'say.server.error': 'Algo ha fallado por nuestra parte. Inténtelo de nuevo en un momento.',
  'say.offline': 'El servidor no respondió. Compruebe su conexión e inténtelo de nuevo.',

  'refused.short': 'Es demasiado corta: necesita al menos {min, plural, one {# carácter} other {# caracteres}}.',
  'refused.long': 'Es demasiado larga.',
  'refused.common': 'Es una de las contraseñas más usadas.',
  'refused.context': 'Consiste sobre todo en su nombre, su dirección de correo o el nombre de este servicio.',
  'refused.stolen': 'Está en una lista de contraseñas robadas.',
}
