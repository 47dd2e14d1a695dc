// A partner's site: people log in at their insurer; go-oidc and oauth2 do the protocol.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

type session struct {
	Member  map[string]any
	IDToken string
}

var (
	base     = "http://localhost:" + os.Getenv("PORT") // your https address in production
	issuer   = os.Getenv("ISSUER")
	provider *oidc.Provider
	client   *oauth2.Config
	// In memory, for one process: take the sessions of your framework instead.
	sessions sync.Map
)

func main() {
	http.DefaultClient.Timeout = 10 * time.Second
	var err error
	// go-oidc takes an issuer with http as it is: there is no switch to turn for a trial.
	if provider, err = oidc.NewProvider(context.Background(), issuer); err != nil {
		log.Fatal(err)
	}
	client = &oauth2.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		RedirectURL:  base + "/callback",
		Scopes:       []string{"openid", "profile", "email"},
		Endpoint:     provider.Endpoint(),
	}
	client.Endpoint.AuthStyle = oauth2.AuthStyleInHeader // client_secret_basic, at the first try
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<h1>A partner</h1> <a href="/me">Log in</a> <a href="/logout">Log out</a>`)
	})
	http.HandleFunc("GET /login", login)
	http.HandleFunc("GET /callback", callback)
	http.HandleFunc("GET /me", me)
	http.HandleFunc("GET /logout", logout)
	log.Print("partner: ", base, "/")
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func login(w http.ResponseWriter, r *http.Request) {
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	setCookie(w, "partner-login", strings.Join([]string{state, nonce, verifier}, "."), time.Hour)
	options := []oauth2.AuthCodeOption{oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)}
	if r.FormValue("prompt") == "none" {
		// Silent single sign-on: the provider asks nothing and answers login_required instead.
		options = append(options, oauth2.SetAuthURLParam("prompt", "none"))
	}
	http.Redirect(w, r, client.AuthCodeURL(state, options...), http.StatusSeeOther)
}

func callback(w http.ResponseWriter, r *http.Request) {
	begun := strings.Split(cookie(r, "partner-login"), ".")
	setCookie(w, "partner-login", "", -time.Second) // one answer per login
	// The state ties the answer to this browser, the issuer to this provider (RFC 9207).
	if len(begun) != 3 || r.FormValue("state") != begun[0] || r.FormValue("iss") != issuer {
		http.Error(w, "This login was not begun in this browser.", http.StatusBadRequest)
		return
	}
	if word := r.FormValue("error"); word != "" {
		why := fmt.Sprintf("Login failed: %s (%s)", word, r.FormValue("error_description"))
		http.Error(w, why, http.StatusBadRequest)
		return
	}
	found, err := redeem(r.Context(), r.FormValue("code"), begun[1], begun[2])
	if err != nil {
		http.Error(w, fmt.Sprint("Login failed: ", err), http.StatusBadRequest)
		return
	}
	id := rand.Text()
	sessions.Store(id, found)
	time.AfterFunc(8*time.Hour, func() { sessions.Delete(id) })
	setCookie(w, "partner", id, 8*time.Hour)
	http.Redirect(w, r, "/me", http.StatusSeeOther)
}

// redeem turns a code into the claims of ID token and userinfo.
func redeem(ctx context.Context, code, nonce, verifier string) (*session, error) {
	tokens, err := client.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, err
	}
	raw, _ := tokens.Extra("id_token").(string)
	// go-oidc would take every algorithm that the provider offers; ours is ES256.
	checks := &oidc.Config{ClientID: client.ClientID, SupportedSigningAlgs: []string{oidc.ES256}}
	idToken, err := provider.Verifier(checks).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return nil, err
	}
	// These two are left to us by go-oidc.
	if idToken.Nonce != nonce || info.Subject != idToken.Subject {
		return nil, errors.New("the answer is of another login")
	}
	found := &session{IDToken: raw}
	return found, errors.Join(idToken.Claims(&found.Member), info.Claims(&found.Member))
}

func me(w http.ResponseWriter, r *http.Request) {
	found, ok := sessions.Load(cookie(r, "partner"))
	if !ok {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(found.(*session).Member)
}

// In your own site a form that posts: a link can be followed by anybody's page.
func logout(w http.ResponseWriter, r *http.Request) {
	query := url.Values{"post_logout_redirect_uri": {base + "/"}, "client_id": {client.ClientID}}
	if found, ok := sessions.LoadAndDelete(cookie(r, "partner")); ok {
		query.Set("id_token_hint", found.(*session).IDToken)
	}
	var metadata struct {
		EndSession string `json:"end_session_endpoint"`
	}
	provider.Claims(&metadata)
	http.Redirect(w, r, metadata.EndSession+"?"+query.Encode(), http.StatusSeeOther)
}

func setCookie(w http.ResponseWriter, name, value string, lives time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(lives.Seconds()), HttpOnly: true,
		Secure: strings.HasPrefix(base, "https:"),
		// The browser must send the cookie when the provider sends it back to /callback.
		SameSite: http.SameSiteLaxMode,
	})
}

func cookie(r *http.Request, name string) string {
	if found, err := r.Cookie(name); err == nil {
		return found.Value
	}
	return ""
}
