import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletListenerRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.security.web.csrf.CsrfTokenRequestHandler;
import org.springframework.security.web.csrf.XorCsrfTokenRequestAttributeHandler;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Spring Boot with actuator, Spring Security's login form, and CSRF tokens as its manual sets them up for web apps. */
@Configuration
@EnableAutoConfiguration
@Import(Server.Items.class)
public class Server {
  static final Set<HttpSession> SESSIONS = ConcurrentHashMap.newKeySet();

  public static void main(String[] arguments) {
    SpringApplication.run(Server.class, arguments);
  }

  @Bean
  SecurityFilterChain security(HttpSecurity http) throws Exception {
    return http
        .authorizeHttpRequests(
            rules ->
                rules
                    .requestMatchers("/actuator/health", "/revoke", "/error")
                    .permitAll()
                    .anyRequest()
                    .authenticated())
        .formLogin(Customizer.withDefaults())
        .csrf(
            csrf ->
                csrf.csrfTokenRepository(CookieCsrfTokenRepository.withHttpOnlyFalse())
                    .csrfTokenRequestHandler(new SpaHandler())
                    .ignoringRequestMatchers("/revoke"))
        .build();
  }

  @Bean
  UserDetailsService users() {
    InMemoryUserDetailsManager users = new InMemoryUserDetailsManager();
    for (String name : new String[] {"alice", "bob"}) {
      users.createUser(User.withUsername(name).password("{noop}wonderland-1").roles("USER").build());
    }
    return users;
  }

  @Bean
  ServletListenerRegistrationBean<HttpSessionListener> sessions() {
    return new ServletListenerRegistrationBean<>(
        new HttpSessionListener() {
          @Override
          public void sessionCreated(HttpSessionEvent event) {
            SESSIONS.add(event.getSession());
          }

          @Override
          public void sessionDestroyed(HttpSessionEvent event) {
            SESSIONS.remove(event.getSession());
          }
        });
  }

  /** From the manual of Spring Security: the plain token in a header, the encoded one in forms. */
  static final class SpaHandler implements CsrfTokenRequestHandler {
    private final CsrfTokenRequestHandler plain = new CsrfTokenRequestAttributeHandler();
    private final CsrfTokenRequestHandler encoded = new XorCsrfTokenRequestAttributeHandler();

    @Override
    public void handle(
        HttpServletRequest request, HttpServletResponse response, Supplier<CsrfToken> token) {
      encoded.handle(request, response, token);
      token.get();
    }

    @Override
    public String resolveCsrfTokenValue(HttpServletRequest request, CsrfToken token) {
      boolean inHeader = request.getHeader(token.getHeaderName()) != null;
      return (inHeader ? plain : encoded).resolveCsrfTokenValue(request, token);
    }
  }

  @RestController
  static class Items {
    private final Map<String, Map<String, Object>> items = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    @GetMapping("/")
    Map<String, String> home() {
      return Map.of("service", "items");
    }

    @PostMapping("/revoke")
    void revoke() {
      SESSIONS.forEach(HttpSession::invalidate);
    }

    @GetMapping("/items")
    Collection<Map<String, Object>> list() {
      return items.values();
    }

    @PostMapping("/items")
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, Object> create(@RequestBody Map<String, Object> body) {
      Map<String, Object> item = new HashMap<>(body);
      item.put("id", String.valueOf(numbers.incrementAndGet()));
      items.put((String) item.get("id"), item);
      return item;
    }

    @GetMapping("/items/{id}")
    Map<String, Object> read(@PathVariable("id") String id) {
      return items.get(id);
    }

    @PatchMapping("/items/{id}")
    Map<String, Object> change(@PathVariable("id") String id, @RequestBody Map<String, Object> body) {
      Map<String, Object> item = items.get(id);
      item.putAll(body);
      return item;
    }

    @DeleteMapping("/items/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable("id") String id) {
      items.remove(id);
    }
  }
}
