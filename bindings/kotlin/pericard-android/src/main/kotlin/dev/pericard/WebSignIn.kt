package dev.pericard

import android.content.Context
import android.content.Intent

/**
 * Answers the step [SignInStep.OpenBrowser]: opens the portal's pages in the system's browser (an Auth Tab, or Custom Tabs
 * where the browser knows none) and gives the next step when the person is back.
 *
 * An ephemeral browser shares no cookies and leaves none, where the browser can do that; without it people who are signed
 * in at the portal's pages need not type again.
 *
 * The app names its redirect in its build file, `manifestPlaceholders["pericardRedirectScheme"] = "com.example.app"`, or
 * adds an intent filter with `android:autoVerify` to [PericardRedirectActivity] for a claimed `https` link.
 *
 * Fails with [PericardException.Cancelled] when the person closed the browser, when there is none, and when it found that
 * a claimed link is not the app's (`assetlinks.json`): the step stays, and the browser can be opened anew. Otherwise as [SignIn.authorizationUrl] and [SignIn.redirected]. If the process dies meanwhile, the app is
 * started again by the redirect: call [resumeSignIn] there.
 */
public suspend fun SignIn.openBrowser(context: Context, redirect: String, ephemeral: Boolean = true): SignInStep {
    val tab = Tab(wayBack(redirect).kind, ephemeral)
    val address = authorizationUrl()
    return redirected(browse(context, address, tab) ?: throw PericardException.Cancelled())
}

/**
 * Shows one of the portal's own pages in the system's browser until the person is back: true by the page's own link, false
 * when they closed it. Neither says what they did there.
 *
 * Fails with [PericardException.Portal] ([PortalProblem.UNSUPPORTED]) where the portal has no such page.
 */
public suspend fun Portal.open(page: PortalPage, context: Context, redirect: String, ephemeral: Boolean = false): Boolean {
    val wayBack = wayBack(redirect)
    val address = page(page) ?: throw PericardException.Portal(PortalProblem.UNSUPPORTED, null)
    val came = browse(context, address, Tab(wayBack.kind, ephemeral)) ?: return false
    return wayBack.arrival(came) == RedirectResult.OfPage(page)
}

private fun wayBack(redirect: String): Redirect =
    Redirect.of(redirect)?.takeIf { it.kind !is Redirect.Kind.Loopback }
        ?: throw PericardException.InvalidInput("redirect", InputProblem.NOT_A_URL)

/**
 * Opens [address], a sign-in's [SignIn.authorizationUrl], in the system's browser as [SignIn.openBrowser] does, and gives what
 * it came back with, for [SignIn.redirected]; null when the person closed the browser, and when there is none. For an app
 * whose models know nothing of Android.
 */
public suspend fun browse(context: Context, address: String, redirect: String, ephemeral: Boolean = true): String? =
    browse(context, address, Tab(wayBack(redirect).kind, ephemeral))

private suspend fun browse(context: Context, address: String, tab: Tab): String? = BrowserCallback.visit(address) {
    PericardRedirectActivity.next = tab
    val intent = Intent(context, PericardRedirectActivity::class.java)
    // From a context that is no activity, a task has to be named.
    context.startActivity(intent.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
}
